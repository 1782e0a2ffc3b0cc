/** Single tags and character references of Telegram's HTML, read from a cursor. */
import { badRequest } from './api-failure.ts'

/** A place in the source. */
export interface Cursor {
  source: string
  at: number
}

export interface StartTag {
  tag: string
  /** What of its attributes matters: address, language, class, "1" for expandable. */
  argument: string
}

export const plainTags = {
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
export const isPlainTag = (tag: string): tag is keyof typeof plainTags => Object.hasOwn(plainTags, tag)
const isTag = (tag: string): boolean => isPlainTag(tag) || otherTags.some((other) => other === tag)

const space = /[ \t\r\n\v\0]/
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

/** @param at where in the source, told in bytes as tdlib does; `rest` follows it */
export const complain = ({ source }: Cursor, what: string, at?: number, rest = ''): never => {
  const where = at === undefined ? '' : ` at byte offset ${Buffer.byteLength(source.slice(0, at))}`
  throw badRequest(`can't parse entities: ${what}${where}${rest}`)
}

const here = ({ source, at }: Cursor): string => source.charAt(at)
const isOver = ({ source, at }: Cursor): boolean => at >= source.length

/** @returns what it went over */
const skip = (cursor: Cursor, pattern: RegExp): string => {
  const from = cursor.at
  while (!isOver(cursor) && pattern.test(here(cursor))) cursor.at++
  return cursor.source.slice(from, cursor.at)
}

/** A character reference; a name that is unknown stays as it was written. */
export const readReference = (cursor: Cursor): string => {
  const [whole, hex, decimal, name] = /^&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));?/i.exec(cursor.source.slice(cursor.at, cursor.at + 16)) ?? []
  const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : 0
  const meant = code > 0 && code < 0x10ffff ? String.fromCodePoint(code) : name && named[name]
  cursor.at += whole && meant ? whole.length : 1
  return whole && meant ? meant : '&'
}

/** From `<` to behind `>`. */
export const readStartTag = (cursor: Cursor): StartTag => {
  const from = cursor.at++
  const tag = skip(cursor, /[^ \t\r\n\v\0>]/).toLowerCase()
  if (isOver(cursor)) complain(cursor, 'Unclosed start tag', from)
  if (!isTag(tag)) complain(cursor, `Unsupported start tag "${tag}"`, from)
  let argument = ''
  for (;;) {
    skip(cursor, space)
    if (isOver(cursor)) complain(cursor, `Unclosed start tag "${tag}"`, from)
    if (here(cursor) === '>') break
    argument = readAttribute(cursor, tag, from) ?? argument
  }
  cursor.at++
  if (tag === 'span' && argument !== 'tg-spoiler') complain(cursor, 'Tag "span" must have class "tg-spoiler"', from)
  return { tag, argument }
}

/** @returns the tag's argument when this attribute is it */
const readAttribute = (cursor: Cursor, tag: string, from: number): string | null => {
  const name = skip(cursor, /[^ \t\r\n\v\0=>/"']/).toLowerCase()
  if (!name) complain(cursor, `Empty attribute name in the tag "${tag}"`, from)
  skip(cursor, space)
  if (here(cursor) !== '=') return tag === 'blockquote' && name === 'expandable' ? '1' : null
  cursor.at++
  skip(cursor, space)
  const value = readValue(cursor)
  if (isOver(cursor)) complain(cursor, `Unclosed start tag "${tag}"`, from)
  if (tag === 'code' && name === 'class') return value.startsWith('language-') ? value.slice('language-'.length) : null
  const wanted: Record<string, string> = { a: 'href', span: 'class', 'tg-emoji': 'emoji-id' }
  return wanted[tag] === name ? value : null
}

const readValue = (cursor: Cursor): string => {
  const quote = here(cursor)
  if (quote !== '"' && quote !== "'") {
    const from = cursor.at
    const value = skip(cursor, /[A-Za-z0-9.-]/).toLowerCase()
    if (!isOver(cursor) && !space.test(here(cursor)) && here(cursor) !== '>') complain(cursor, 'Unexpected end of name token', from)
    return value
  }
  cursor.at++
  let value = ''
  while (!isOver(cursor) && here(cursor) !== quote)
    value += here(cursor) === '&' ? readReference(cursor) : cursor.source.charAt(cursor.at++)
  cursor.at++
  return value
}

/** From `</` to behind `>`. @returns its name, which may be left out */
export const readEndTag = (cursor: Cursor): string => {
  const from = cursor.at
  cursor.at += 2
  const name = skip(cursor, /[^ \t\r\n\v\0>]/)
  skip(cursor, space)
  if (here(cursor) !== '>') complain(cursor, 'Unclosed end tag', from)
  cursor.at++
  return name
}
