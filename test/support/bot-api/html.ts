/**
 * Telegram's HTML: the tags, entities and complaints of `parse_html` in tdlib's MessageEntity.cpp, offsets in
 * bytes as there. Works on the text as a string and counts bytes only for a complaint.
 */
import type { MessageEntity } from '@grammyjs/types'
import { badRequest } from './api-failure.ts'

export interface Formatted {
  text: string
  entities: MessageEntity[]
}

interface Open {
  tag: string
  argument: string
  /** UTF-16 offset in the text that is shown. */
  at: number
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }
const space = /[ \t\r\n\v\0]/
const plainTags = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  u: 'underline',
  ins: 'underline',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  code: 'code',
} as const
const otherTags = ['a', 'pre', 'blockquote', 'tg-emoji'] as const
const isPlainTag = (tag: string): tag is keyof typeof plainTags => Object.hasOwn(plainTags, tag)
const isTag = (tag: string): boolean => isPlainTag(tag) || otherTags.some((other) => other === tag)

/** @throws ApiFailure 400 "can't parse entities: …" */
export const parseHtml = (source: string): Formatted => {
  const complain = (what: string, at: number | null = null): never => {
    const where = at === null ? '' : ` at byte offset ${Buffer.byteLength(source.slice(0, at))}`
    throw badRequest(`can't parse entities: ${what}${where}`)
  }
  const entities: MessageEntity[] = []
  const open: Open[] = []
  let text = ''
  let at = 0
  while (at < source.length) {
    const next = source.slice(at).search(/[<&]/)
    if (next < 0) {
      text += source.slice(at)
      break
    }
    text += source.slice(at, at + next)
    at += next
    if (source[at] === '&') {
      const { value, length } = readEntity(source, at)
      text += value
      at += length
    } else if (source[at + 1] === '/') {
      at = closeTag(source, at, open, text, entities, complain)
    } else {
      const opened = openTag(source, at, complain)
      open.push({ tag: opened.tag, argument: opened.argument, at: text.length })
      at = opened.end
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) complain(`Can't find end tag corresponding to start tag "${unclosed.tag}"`)
  entities.sort((a, b) => a.offset - b.offset || b.length - a.length)
  return trimFormatted({ text, entities })
}

/** An unknown name stays as it was written. */
const readEntity = (source: string, at: number): { value: string; length: number } => {
  const [whole, hex, decimal, name] = /^&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));?/i.exec(source.slice(at, at + 16)) ?? []
  const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : null
  if (whole && code !== null && code > 0 && code < 0x10ffff) return { value: String.fromCodePoint(code), length: whole.length }
  const known = name ? named[name] : undefined
  return whole && known ? { value: known, length: whole.length } : { value: '&', length: 1 }
}

type Complain = (what: string, at?: number | null) => never

const openTag = (source: string, from: number, complain: Complain): { tag: string; argument: string; end: number } => {
  let at = from + 1
  const skip = (pattern: RegExp): void => {
    while (at < source.length && pattern.test(source.charAt(at))) at++
  }
  const unclosed = (tag: string): void => {
    if (at >= source.length) complain(`Unclosed start tag "${tag}"`, from)
  }
  skip(/[^ \t\r\n\v\0>]/)
  if (at >= source.length) complain('Unclosed start tag', from)
  const tag = source.slice(from + 1, at).toLowerCase()
  if (!isTag(tag)) complain(`Unsupported start tag "${tag}"`, from)
  let argument = ''
  for (;;) {
    skip(space)
    unclosed(tag)
    if (source[at] === '>') break
    const nameAt = at
    skip(/[^ \t\r\n\v\0=>/"']/)
    const name = source.slice(nameAt, at).toLowerCase()
    if (!name) complain(`Empty attribute name in the tag "${tag}"`, from)
    skip(space)
    unclosed(tag)
    if (source[at] !== '=') {
      if (tag === 'blockquote' && name === 'expandable') argument = '1'
      continue
    }
    at++
    skip(space)
    unclosed(tag)
    let value = ''
    const quote = source.charAt(at)
    if (quote === '"' || quote === "'") {
      at++
      const valueAt = at
      while (at < source.length && source[at] !== quote) at++
      value = source.slice(valueAt, at).replace(/&[^&]*/g, (piece) => {
        const { value: decoded, length } = readEntity(piece, 0)
        return decoded + piece.slice(length)
      })
      at++
    } else {
      const valueAt = at
      skip(/[A-Za-z0-9.-]/)
      value = source.slice(valueAt, at).toLowerCase()
      if (at < source.length && !space.test(source.charAt(at)) && source[at] !== '>') complain('Unexpected end of name token', valueAt)
    }
    unclosed(tag)
    if (tag === 'a' && name === 'href') argument = value
    else if (tag === 'code' && name === 'class' && value.startsWith('language-')) argument = value.slice('language-'.length)
    else if (tag === 'span' && name === 'class' && value.startsWith('tg-')) argument = value.slice('tg-'.length)
    else if (tag === 'tg-emoji' && name === 'emoji-id') argument = value
  }
  if (tag === 'span' && argument !== 'spoiler') complain('Tag "span" must have class "tg-spoiler"', from)
  return { tag, argument, end: at + 1 }
}

const closeTag = (source: string, from: number, open: Open[], text: string, entities: MessageEntity[], complain: Complain): number => {
  const innermost = open.pop() ?? complain('Unexpected end tag', from)
  let at = from + 2
  while (at < source.length && !space.test(source.charAt(at)) && source[at] !== '>') at++
  const name = source.slice(from + 2, at)
  while (at < source.length && space.test(source.charAt(at))) at++
  if (source[at] !== '>') complain('Unclosed end tag', from)
  if (name && name.toLowerCase() !== innermost.tag)
    complain(
      `Unmatched end tag, expected "</${innermost.tag}>", found "</${name}>"`.replace(
        ', expected',
        ` at byte offset ${Buffer.byteLength(source.slice(0, from))}, expected`,
      ),
    )
  const entity = toEntity(innermost, text)
  if (entity) entities.push(entity)
  return at + 1
}

const toEntity = ({ tag, argument, at }: Open, text: string): MessageEntity | null => {
  const span = { offset: at, length: text.length - at }
  if (span.length === 0) return null
  if (tag === 'code' && argument) return { type: 'pre', language: argument, ...span }
  if (isPlainTag(tag)) return { type: plainTags[tag], ...span }
  if (tag === 'pre') return { type: 'pre', ...span }
  if (tag === 'blockquote') return { type: argument ? 'expandable_blockquote' : 'blockquote', ...span }
  if (tag === 'tg-emoji') return { type: 'custom_emoji', custom_emoji_id: argument, ...span }
  const url = argument || text.slice(at)
  // What is no address stays plain text, as Telegram leaves it.
  return /^(?:https?:\/\/|tg:\/\/|[\p{L}\p{N}-]+\.[\p{L}]{2,})/iu.test(url) ? { type: 'text_link', url, ...span } : null
}

/** What Telegram shows has no white space around it. */
export const trimFormatted = ({ text, entities }: Formatted): Formatted => {
  const start = text.length - text.trimStart().length
  const shown = text.trim()
  return {
    text: shown,
    entities: entities.flatMap((entity) => {
      const from = Math.max(0, entity.offset - start)
      const to = Math.min(shown.length, entity.offset - start + entity.length)
      return to > from ? [{ ...entity, offset: from, length: to - from }] : []
    }),
  }
}
