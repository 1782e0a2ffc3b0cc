/** A Saudi mobile number: the only kind on which somebody can be reached by message and by call. */
import { parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/max'
import { foldDigits } from './digits.ts'
import { plainOf, type Reading } from './reading.ts'

export type PhoneReason = 'not-a-number' | 'too-short' | 'too-long' | 'landline' | 'foreign' | 'not-mobile' | 'several'

/** `value`: E.164 of a valid number that is not a Saudi mobile, for the staff. */
export type PhoneReading = Reading<string, PhoneReason, { value: string }>

const group = /(?:\+|\(\+)?[ (]?[0-9](?:[ \u00a0().‐-―−/-]{0,3}[0-9])*/g

/** Two numbers beside each other are two; the groups of one number are shorter. */
const numbersOf = (plain: string): string[] =>
  (plain.match(group) ?? []).flatMap((raw) => {
    const parts = raw.trim().split(/\s+/)
    return parts.length > 1 && parts.filter((part) => part.replace(/[^0-9]/g, '').length >= 9).length > 1 ? parts : [raw.trim()]
  })

/** Digits of a Saudi mobile after its prefix, and how many there should be. */
const mobileStart = /^(?:\+|00)?(?:9660?|0)?(5[0-9]*)$/

const readOne = (raw: string): PhoneReading => {
  const phone = parsePhoneNumberFromString(raw, { defaultCountry: 'SA', extract: false })
  if (phone === undefined || !phone.isValid()) {
    const mobile = mobileStart.exec(raw.replace(/[^0-9+]/g, ''))?.[1]
    if (mobile !== undefined && mobile.length !== 9) return { ok: false, reason: mobile.length < 9 ? 'too-short' : 'too-long' }
    const length = validatePhoneNumberLength(raw, 'SA')
    const count = raw.replace(/[^0-9]/g, '').length
    if (length === 'TOO_LONG') return { ok: false, reason: 'too-long' }
    if (length === 'TOO_SHORT' || (length !== undefined && count < 9)) return { ok: false, reason: 'too-short' }
    return { ok: false, reason: 'not-a-number' }
  }
  const value = phone.number
  if (phone.countryCallingCode !== '966') return { ok: false, reason: 'foreign', details: { value } }
  const type = phone.getType()
  if (type === 'MOBILE') return { ok: true, value }
  return { ok: false, reason: type === 'FIXED_LINE' ? 'landline' : 'not-mobile', details: { value } }
}

/**
 * Reads a phone number in any digits and the usual ways of writing (05…, 5…, 966…, 00966…, +966 05…).
 * @returns E.164; `confirm` when it stood in a sentence.
 */
export const readPhone = (text: string): PhoneReading => {
  const plain = foldDigits(plainOf(text))
  const readings = numbersOf(plain).map((raw) => ({ raw, reading: readOne(raw) }))
  const valid = new Map(readings.flatMap(({ reading }) => (reading.ok ? [[reading.value, reading] as const] : [])))
  if (valid.size > 1) return { ok: false, reason: 'several' }
  const [value] = valid.keys()
  if (value !== undefined) return /\p{L}/u.test(plain) || readings.length > 1 ? { ok: true, value, confirm: true } : { ok: true, value }
  if (readings.length === 0) return { ok: false, reason: 'not-a-number' }
  const longest = readings.reduce((best, one) => (one.raw.length > best.raw.length ? one : best))
  return longest.reading
}
