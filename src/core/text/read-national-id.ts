/** National id and iqama: ten digits, first 1 (citizen) or 2 (resident), Luhn (SAMA rulebook on the MOI number). */
import { foldDigits } from './digits.ts'
import { passesLuhn } from './luhn.ts'
import { plainOf, type Reading } from './reading.ts'

export type NationalIdReason =
  | 'empty'
  | 'too-short'
  | 'too-long'
  | 'checksum'
  /** Begins with 7: the number of an establishment. */
  | 'establishment'
  | 'first-digit'
  | 'negative'
  | 'several'
  | 'not-a-number'

/** `count`: digits that arrived (with too-short and too-long). */
export type NationalIdReading = Reading<string, NationalIdReason, { count: number }>

/** @returns true for ten Latin digits of a citizen or resident with a right check digit. Proves nothing about identity. */
export const isNationalId = (digits: string): boolean => /^[12][0-9]{9}$/.test(digits) && passesLuhn(digits)

const group = /[0-9]+(?:[ \u00a0.‐-―−-]{1,2}[0-9]+)*/g
const negative = /(?:^|\s)[-−–‐‑﹣－][0-9]/

/** Ten-digit parts of a group stand for themselves; other parts are one number written with spaces. */
const numbersOf = (text: string): string[] =>
  (text.match(group) ?? []).flatMap((found) => {
    const parts = found.match(/[0-9]+/g) ?? []
    return parts.length > 1 && parts.some((part) => part.length === 10) ? parts : [parts.join('')]
  })

const problemOf = (digits: string): NationalIdReason => {
  if (digits.length < 10) return 'too-short'
  if (digits.length > 10) return 'too-long'
  if (digits.startsWith('7')) return 'establishment'
  return /^[12]/.test(digits) ? 'checksum' : 'first-digit'
}

/**
 * Reads an id in any digits, with spaces or dashes inside, alone or in a sentence.
 * @returns ten Latin digits; `confirm` when anything else was written. A minus is refused, not dropped.
 */
export const readNationalId = (text: string): NationalIdReading => {
  const plain = foldDigits(plainOf(text))
  if (plain === '') return { ok: false, reason: 'empty' }
  if (negative.test(plain)) return { ok: false, reason: 'negative' }
  const numbers = numbersOf(plain)
  if (numbers.length === 0) return { ok: false, reason: 'not-a-number' }
  const valid = [...new Set(numbers.filter(isNationalId))]
  if (valid.length > 1) return { ok: false, reason: 'several' }
  const [value] = valid
  if (value !== undefined) {
    const alone = numbers.length === 1 && /^[0-9 \u00a0.‐-―-]+$/.test(plain) && /^[0-9].*[0-9]$/.test(plain)
    return alone ? { ok: true, value } : { ok: true, value, confirm: true }
  }
  const tens = numbers.filter((number) => number.length === 10)
  if (tens.length > 1) return { ok: false, reason: 'several' }
  // «1O12345672»: count what the longest word holds, not its pieces.
  const words = plain.split(/\s+/).map((word) => word.replace(/[^0-9]/g, ''))
  const longest = [...tens, ...numbers, ...words].reduce(
    (best, digits) => (digits.length > best.length && best.length !== 10 ? digits : best),
    '',
  )
  const mixed = longest.length === 10 && !numbers.includes(longest)
  if (mixed) return { ok: false, reason: 'not-a-number' }
  const reason = problemOf(longest)
  return reason === 'too-short' || reason === 'too-long' ? { ok: false, reason, details: { count: longest.length } } : { ok: false, reason }
}
