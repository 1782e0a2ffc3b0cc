/** Card numbers and one-time codes that nobody should send: hidden before anything keeps or shows them. */
import { foldDigits } from './digits.ts'
import { passesLuhn } from './luhn.ts'

export interface Masked {
  /** The text with `•` for each digit of a card or a code. */
  text: string
  found: 'card' | 'code' | null
}

const anyDigit = /\p{Nd}/u
/** A run of 13–19 digits, or groups as cards print them (4-4-4-4…, 4-6-5); separators and hidden characters may stand between. */
const card =
  /(?<![\p{Nd}A-Za-z+])(?:\p{Nd}{13,19}|\p{Nd}{4}(?<sep>[ \u00a0-])\p{Nd}{4}\k<sep>\p{Nd}{4}\k<sep>\p{Nd}{1,7}|\p{Nd}{4}(?<dash>[ \u00a0-])\p{Nd}{6}\k<dash>\p{Nd}{5})(?![ \u00a0-]?\p{Nd})/gu
/** A Saudi number written in full is no card: 00966…, 966…. */
const notCard = /^(?:00)?966/

const codeWord = /(?:رمز|كود|الرقم\s+السري|رقم\s+سري|باسورد|كلمة\s+(?:ال)?مرور|نفاذ|[أا]بشر|تحقق|\botp\b|\bcode\b|\bpin\b|\bpassword\b)/iu
const harmlessCode = /(?:الرمز|رمز)\s+(?:ال)?(?:بريدي|منتج|منطقة|حي|مدينة)|\b(?:postal|zip)\s+code\b/iu
const code = /(?<![\p{Nd}\p{L}\-_/.٫,+])\p{Nd}{4,6}(?![\p{Nd}\-_/٫]|[.,]\p{Nd}|\s*(?:ريال|sar))/giu
/** Letters between the word and the number; farther apart they belong to different things. */
const nearby = 40

const hide = (text: string): string => text.replace(/\p{Nd}/gu, '•')

const hideCards = (text: string): string =>
  text.replace(card, (found) => {
    const digits = foldDigits(found).replace(/[^0-9]/g, '')
    return passesLuhn(digits) && !notCard.test(digits) ? hide(found) : found
  })

const hideCodes = (text: string): string => {
  if (!codeWord.test(text) || harmlessCode.test(text)) return text
  return text.replace(code, (found: string, at: number) =>
    codeWord.test(text.slice(Math.max(0, at - nearby), at + found.length + nearby)) ? hide(found) : found,
  )
}

/**
 * @returns the text with Luhn-valid card numbers (13–19 digits) and 4–6 digit codes near «رمز», «كود», «نفاذ»,
 * "OTP" … hidden; the same text when there are none. National ids, phones, amounts and references stay.
 */
export const maskCodes = (text: string): Masked => {
  if (!anyDigit.test(text)) return { text, found: null }
  const withoutCards = hideCards(text)
  const masked = hideCodes(withoutCards)
  return { text: masked, found: withoutCards !== text ? 'card' : masked !== text ? 'code' : null }
}
