/** Digits of every script to Latin ones, and back to Arabic-Indic for display. */

const foreignDigit = /(?![0-9])\p{Nd}/gu
const anyForeignDigit = /(?![0-9])\p{Nd}/u
const decimal = /\p{Nd}/u

/** @returns 0–9 for a decimal digit of any script. Blocks of ten are contiguous; the mathematical ones follow each other. */
export const digitValue = (code: number): number => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x660 && code <= 0x669) return code - 0x660
  if (code >= 0x6f0 && code <= 0x6f9) return code - 0x6f0
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10
  let value = 0
  while (value < 9 && decimal.test(String.fromCodePoint(code - value - 1))) value += 1
  return value
}

/** @returns the text with every decimal digit (٠ ۰ ０ 𝟎 ० …) as 0–9; the rest is untouched. */
export const foldDigits = (text: string): string =>
  anyForeignDigit.test(text) ? text.replace(foreignDigit, (digit) => String(digitValue(digit.codePointAt(0) ?? 0x30))) : text

/** @returns the text with 0–9 as ٠–٩. */
export const arabicDigits = (text: string): string => text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x630))
