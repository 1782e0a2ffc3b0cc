/** Identifiers as they are shown and read: always Latin digits, never formatted as numbers. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { foldDigits } from './digits.ts'
import { luhnDigit, passesLuhn } from './luhn.ts'
import { plainOf } from './reading.ts'

/** @param nationalId canonical digits @returns the last four: «تنتهي بـ 0008». */
export const maskNationalId = (nationalId: string): string => nationalId.slice(-4)

/** @param phone E.164 @returns groups for reading aloud: a Saudi mobile as «050 000 0001», others internationally. */
export const formatPhone = (phone: string): string => {
  const saudi = /^\+966(5\d)(\d{3})(\d{4})$/.exec(phone)
  if (saudi !== null) return `0${saudi[1]} ${saudi[2]} ${saudi[3]}`
  return parsePhoneNumberFromString(phone)?.formatInternational() ?? phone
}

/**
 * @param prefix the association's letters (MSK) @param number positive serial number
 * @returns `MSK-` + number + check digit, so that a misheard digit is not somebody else's request.
 */
export const makeReference = (prefix: string, number: number): string => {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError('a reference needs a positive whole number')
  return `${prefix}-${number}${luhnDigit(String(number))}`
}

/** Nine digits and fewer: ten would be a national id or a phone. */
const bare = /^(?:(?:رقم|طلب|طلبي|الطلب|هو|المرجع|reference|ref|no|request|number)\s*[:.#]?\s*)*#?\s*([0-9]{2,9})[.\s]*$/iu

/**
 * Reads a reference, with or without its letters, in any digits, alone or (with its letters) in a sentence.
 * @returns the canonical form, or null: none, more than one, another association's, or a wrong check digit.
 */
export const readReference = (text: string, prefix: string): string | null => {
  const plain = foldDigits(plainOf(text))
  const lettered = [...plain.matchAll(/(?<![A-Za-z0-9])([A-Za-z]{2,4})\s?[-–‐_ ]?\s?([0-9]{2,12})(?![0-9])/g)].filter(
    (found) => found[1]?.toUpperCase() === prefix,
  )
  const digits = lettered.length === 0 ? bare.exec(plain)?.[1] : lettered[0]?.[2]
  if (digits === undefined || new Set(lettered.map((found) => found[2])).size > 1) return null
  return /^[1-9]/.test(digits) && passesLuhn(digits) ? `${prefix}-${digits}` : null
}
