/** Luhn's check: catches every single wrong digit and 97.9 % of swapped neighbours. */

/** @returns true when the digits (0–9 only, check digit last) pass. */
export const passesLuhn = (digits: string): boolean => {
  if (digits === '') return false
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30
    const part = at % 2 === 1 ? digit * 2 : digit
    sum += part > 9 ? part - 9 : part
  }
  return sum % 10 === 0
}

/** @returns the digit that, put behind `digits` (0–9 only), makes them pass. */
export const luhnDigit = (digits: string): string => {
  for (const candidate of '0123456789') if (passesLuhn(digits + candidate)) return candidate
  throw new RangeError('luhnDigit: not a string of digits')
}
