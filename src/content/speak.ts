/**
 * Values into words, and words into a text. The association decides the digits; identifiers and words of people
 * are isolated; a line whose place stays empty is left out.
 */
import type { Language } from '../core/engine/state.ts'
import type { Association } from '../core/policy/association.ts'
import { isolate, isolateLtr } from '../core/text/bidi.ts'
import { formatDate, formatMoment, formatTime } from '../core/text/dates.ts'
import { formatPhone } from '../core/text/identifiers.ts'
import { formatMoney, formatNumber } from '../core/text/numbers.ts'
import type { Gender, Template, Texts } from './template.ts'
import type { Value, Values } from './value.ts'

/** Longest words of a person in one line of a read-back. */
const longestInFields = 120

/** What a text is filled from. */
export interface Voice {
  texts: Texts
  association: Association
  gender: Gender
  /** ISO instant. */
  now: string
  /** Value of an association's variable: words, null when it is not filled, undefined when there is no such name. */
  variable(name: string): string | null | undefined
  /** A text is missing. @returns what is said instead. */
  missingText(key: string): string
  /** A place has no value and may not stay empty. */
  missingValue(key: string, name: string): void
  /** @returns whether a place may stay empty in silence. */
  optional(name: string): boolean
}

export interface Spoken {
  text: string
  /** Names without a value whose lines were left out. */
  unfilled: string[]
}

const empty: readonly string[] = []

/** @returns the words of a value, or null when it has none. */
const wordsOf = (voice: Voice, value: Value, unfilled: string[]): string | null => {
  const { language } = voice.texts
  const digits = language === 'ar' ? voice.association.digits : 'latn'
  switch (value.kind) {
    case 'words':
      return value.value
    case 'number':
      return formatNumber(value.value, digits)
    case 'money':
      return formatMoney(value.value, language, digits)
    case 'date':
      return formatDate(value.value, { language, style: value.style, digits })
    case 'moment':
      return formatMoment(value.value, voice.now, { language, digits })
    case 'time':
      return formatTime(value.value, { language, digits })
    case 'identifier':
      return isolateLtr(/^\+\d{8,15}$/.test(value.value) ? formatPhone(value.value) : value.value)
    case 'link':
      return value.value
    case 'quote':
      return quote(value.value)
    case 'text': {
      const spoken = speak(voice, value.key, value.params)
      unfilled.push(...spoken.unfilled)
      return spoken.text === '' ? null : spoken.text
    }
    case 'list':
      return join(language, said(voice, value.items, unfilled))
    case 'lines':
      return said(voice, value.items, unfilled).join('\n') || null
    case 'fields':
      return (
        value.rows
          .flatMap(({ label, value: shown }) => {
            const text = wordsOf(voice, shorten(shown), unfilled)
            return text === null ? [] : [`\u2022 ${speak(voice, label).text}: ${text}`]
          })
          .join('\n') || null
      )
    default:
      value satisfies never
      return null
  }
}

const said = (voice: Voice, items: Value[], unfilled: string[]): string[] => items.flatMap((item) => wordsOf(voice, item, unfilled) ?? [])

/** An isolate ends with its paragraph, so each line has its own. */
const quote = (value: string): string | null => {
  const lines = value.split('\n').map((line) => line.trim())
  return lines.some((line) => line !== '') ? lines.map((line) => (line === '' ? '' : isolate(line))).join('\n') : null
}

const shorten = (value: Value): Value => {
  if (value.kind !== 'quote') return value
  const line = value.value.replace(/\s*\n\s*/g, ' ').trim()
  const letters = [...line]
  return { kind: 'quote', value: letters.length > longestInFields ? `${letters.slice(0, longestInFields - 1).join('')}\u2026` : line }
}

/** «أ»، «أ وب»، «أ، ب، وج». */
const join = (language: Language, items: string[]): string | null => {
  const last = items.at(-1)
  if (last === undefined) return null
  if (items.length === 1) return last
  const before = items.slice(0, -1)
  if (language === 'en') return `${before.join(', ')} and ${last}`
  return `${before.join('\u060c ')}${items.length > 2 ? '\u060c' : ''} \u0648${last}`
}

/** Says a text of the bank. Keys of `association:` are variables: `association:role.relations`. */
export const speak = (voice: Voice, key: string, params: Values = {}): Spoken => {
  if (key.startsWith('association:')) return speakVariable(voice, key.slice('association:'.length))
  const { count } = params
  const template = voice.texts.template(key, voice.gender, count?.kind === 'number' ? count.value : null)
  if (template === null) return { text: voice.missingText(key), unfilled: [] }
  return fill(voice, key, template, params)
}

const speakVariable = (voice: Voice, name: string): Spoken => {
  const value = voice.variable(name) ?? voice.variable(`association.${name}`)
  return value === undefined || value === null ? { text: '', unfilled: [name] } : { text: value, unfilled: [] }
}

/** Fills the places of a template; each value is put in once and never read again. */
export const fill = (voice: Voice, key: string, template: Template, params: Values): Spoken => {
  if (template.plain !== null) return { text: template.plain, unfilled: empty as string[] }
  const unfilled: string[] = []
  const kept: string[] = []
  for (const line of template.lines) {
    let text = ''
    let whole = true
    for (const segment of line) {
      const words = typeof segment === 'string' ? segment : place(voice, key, segment.name, params, unfilled)
      if (words === null) {
        whole = false
        break
      }
      text += words
    }
    if (whole) kept.push(text)
  }
  return { text: kept.join('\n').trim(), unfilled }
}

const place = (voice: Voice, key: string, name: string, params: Values, unfilled: string[]): string | null => {
  const given = params[name]
  if (given !== undefined) return wordsOf(voice, given, unfilled)
  if (name.startsWith('part.')) return wordsOf(voice, { kind: 'text', key: `common:${name}`, params }, unfilled)
  const value = voice.variable(name)
  if (value === undefined) {
    if (!voice.optional(name)) voice.missingValue(key, name)
    return null
  }
  if (value === null) unfilled.push(name)
  return value
}
