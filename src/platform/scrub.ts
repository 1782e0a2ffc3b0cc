/**
 * Masks what looks like a Saudi identity number, phone or IBAN in a line of the log, in ASCII,
 * Arabic-Indic and Extended Arabic-Indic digits, with separators and marks of direction between.
 * The second line of defence: the first is that only known fields are logged at all.
 */
const digit = '[0-9\\u0660-\\u0669\\u06F0-\\u06F9]'
// What people and programs put between digits; a line is JSON already, so a newline is a backslash and a letter.
const gap = '(?:[ \\u00A0\\-\\u2010-\\u2015._()/\\u200B-\\u200F\\u202A-\\u202E\\u2066-\\u2069\\u066B\\u066C]|\\\\[nrt]){0,3}'
const uuid = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'
const iban = `[Ss]${gap}[Aa](?:${gap}${digit}){2}(?:${gap}[0-9A-Za-z\\u0660-\\u0669\\u06F0-\\u06F9]){20}`
const number = `(?:\\+${gap})?${digit}(?:${gap}${digit}){7,}`
// Ours are times of the machine: "time":"2025-11-20T…" never reaches eight digits in a row because of the T.
const suspect = new RegExp(`${uuid}|${iban}|${number}`, 'gu')

const mask = '[…]'

export function scrub(line: string): string {
  return line.replace(suspect, (found) => {
    if (found.length === 36 && found[8] === '-' && /^[0-9a-f-]+$/i.test(found)) return found
    if (/^s/i.test(found)) return mask
    const digits = toAscii(found)
    const whole = !/[^0-9]/.test(digits) && digits.length >= 9
    return whole || looksPersonal(digits.replace(/[^0-9]/g, '')) ? mask : found
  })
}

function looksPersonal(digits: string): boolean {
  return /[12]\d{9}/.test(digits) || /(?:^|00|966|0)5\d{8}/.test(digits)
}

function toAscii(text: string): string {
  return text.replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (d) => String(d.charCodeAt(0) & 0xf))
}
