/**
 * The matching copy of a text. Never shown and never stored: it loses differences on purpose
 * (علي = على, سأل = سال), so that spelling does not decide whether a person is understood.
 */
import { digitValue } from './digits.ts'

export { arabicDigits, foldDigits } from './digits.ts'

/** Units looked at. Cut before NFKC, because U+FDFA alone becomes 18 units. */
export const matchedUnits = 8_000

const folded: Record<string, string> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ٲ: 'ا',
  ٳ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ے: 'ي',
  ئ: 'ي',
  ؤ: 'و',
  ۇ: 'و',
  ۆ: 'و',
  ۋ: 'و',
  ة: 'ه',
  ۃ: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ە: 'ه',
  ۀ: 'ه',
  ک: 'ك',
  ڪ: 'ك',
  گ: 'ك',
  پ: 'ب',
  چ: 'ج',
  ڤ: 'ف',
  ژ: 'ز',
}
const dropped = /[\p{M}\p{Cf}ـء'’ʼ]/u
const letter = /\p{L}/u
const digit = /\p{Nd}/u

const drop = 1
const space = 32
const unknown = 0

const classify = (code: number): number => {
  const char = String.fromCharCode(code)
  const fold = folded[char]
  if (fold !== undefined) return fold.charCodeAt(0)
  if (dropped.test(char)) return drop
  if (letter.test(char)) {
    const lower = char.toLowerCase()
    return lower.length === 1 ? lower.charCodeAt(0) : code
  }
  return digit.test(char) ? 0x30 + digitValue(code) : space
}

/** What each UTF-16 unit becomes; filled as units are met, so that loading costs nothing. */
const table = new Uint16Array(65_536)
let buffer = new Uint16Array(matchedUnits)

const textOf = (units: Uint16Array, length: number): string => {
  let text = ''
  for (let at = 0; at < length; at += 8_192) text += String.fromCharCode(...units.subarray(at, Math.min(length, at + 8_192)))
  return text
}

/** What is invisible or mere stretching fills no part of the {@link matchedUnits}: ten thousand tatweels hide no word. */
const beginningOf = (text: string): string =>
  text
    .slice(0, 65_536)
    .replace(/[ـ\u200b-\u200f\u2060\ufe0f\ufeff]+/g, '')
    .slice(0, matchedUnits)

/**
 * @returns lower-case words in one spelling, joined by single spaces: NFKC; no diacritics, tatweel,
 * zero-width characters or apostrophes; alef, yeh, kaf, teh marbuta and hamza folded; digits 0–9;
 * three or more equal letters in a row as one; everything that is neither letter nor digit as space.
 */
export const normalise = (text: string): string => {
  const source = (text.length > matchedUnits ? beginningOf(text) : text).normalize('NFKC')
  if (source.length > buffer.length) buffer = new Uint16Array(source.length)
  let length = 0
  let previous = space
  let run = 0
  for (let at = 0; at < source.length; at += 1) {
    const unit = source.charCodeAt(at)
    let code = table[unit] ?? unknown
    if (code === unknown) {
      code = classify(unit)
      table[unit] = code
    }
    if (code === drop) continue
    if (code === previous) {
      if (code === space) continue
      if (code < 0x30 || code > 0x39) {
        run += 1
        if (run === 3) length -= 1
        if (run >= 3) continue
      }
    } else {
      previous = code
      run = 1
    }
    buffer[length] = code
    length += 1
  }
  if (length > 0 && buffer[length - 1] === space) length -= 1
  return textOf(buffer, length)
}

/** @returns the words of a normalised text; none for the empty text. */
export const wordsOf = (normalised: string): string[] => (normalised === '' ? [] : normalised.split(' '))
