/**
 * Telegram's HTML: the tags, entities and complaints of `parse_html` in tdlib's MessageEntity.cpp. Works on the text
 * as a string; offsets of entities are UTF-16 units, those of complaints bytes, as there.
 */
import type { MessageEntity } from '@grammyjs/types'
import { type Cursor, complain, isPlainTag, plainTags, readEndTag, readReference, readStartTag, type StartTag } from './html-tags.ts'

export interface Formatted {
  text: string
  entities: MessageEntity[]
}

/** A tag that was opened, and where in the text that is shown. */
interface Open extends StartTag {
  offset: number
}

/** @throws ApiFailure 400 "can't parse entities: …" */
export const parseHtml = (source: string): Formatted => {
  const cursor: Cursor = { source, at: 0 }
  const mark = /[<&]/g
  const entities: MessageEntity[] = []
  const open: Open[] = []
  let text = ''
  while (cursor.at < source.length) {
    mark.lastIndex = cursor.at
    const next = mark.exec(source)?.index ?? source.length
    text += source.slice(cursor.at, next)
    cursor.at = next
    if (source[next] === '&') text += readReference(cursor)
    else if (source[next] === '<' && source[next + 1] === '/') closeTag(cursor, open, text, entities)
    else if (source[next] === '<') open.push({ ...readStartTag(cursor), offset: text.length })
  }
  const unclosed = open.at(-1)
  if (unclosed) complain(cursor, `Can't find end tag corresponding to start tag "${unclosed.tag}"`)
  if (entities.length > 1) entities.sort((a, b) => a.offset - b.offset || b.length - a.length)
  return trimFormatted({ text, entities })
}

const closeTag = (cursor: Cursor, open: Open[], text: string, entities: MessageEntity[]): void => {
  const from = cursor.at
  const innermost = open.pop() ?? complain(cursor, 'Unexpected end tag', from)
  const name = readEndTag(cursor)
  if (name && name.toLowerCase() !== innermost.tag)
    complain(cursor, 'Unmatched end tag', from, `, expected "</${innermost.tag}>", found "</${name}>"`)
  const length = text.length - innermost.offset
  if (length === 0) return
  const around = open.at(-1)
  // The language of a listing stands in the `code` inside it.
  if (innermost.tag === 'code' && innermost.argument && around?.tag === 'pre' && around.offset === innermost.offset)
    around.argument = innermost.argument
  const last = entities.at(-1)
  if (innermost.tag === 'pre' && innermost.argument && last?.type === 'code' && last.length === length) entities.pop()
  const entity = toEntity(innermost, text.slice(innermost.offset), { offset: innermost.offset, length })
  if (entity) entities.push(entity)
}

const toEntity = ({ tag, argument }: Open, content: string, span: { offset: number; length: number }): MessageEntity | null => {
  if (isPlainTag(tag)) return { type: plainTags[tag], ...span }
  if (tag === 'pre') return { type: 'pre', ...(argument && { language: argument }), ...span }
  if (tag === 'blockquote') return { type: argument ? 'expandable_blockquote' : 'blockquote', ...span }
  if (tag === 'tg-emoji') return { type: 'custom_emoji', custom_emoji_id: argument, ...span }
  const url = argument || content
  // What is no address stays plain text, as Telegram leaves it.
  return /^(?:https?:\/\/|tg:\/\/|[\p{L}\p{N}-]+\.[\p{L}]{2,})/iu.test(url) ? { type: 'text_link', url, ...span } : null
}

/** What Telegram shows has no white space around it. */
export const trimFormatted = ({ text, entities }: Formatted): Formatted => {
  const start = text.length - text.trimStart().length
  const shown = text.trim()
  if (shown.length === text.length) return { text, entities }
  return {
    text: shown,
    entities: entities.flatMap((entity) => {
      const from = Math.max(0, entity.offset - start)
      const to = Math.min(shown.length, entity.offset - start + entity.length)
      return to > from ? [{ ...entity, offset: from, length: to - from }] : []
    }),
  }
}
