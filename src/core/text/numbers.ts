/** Numbers as people read them. Arabic digits only inside Arabic; identifiers are never formatted here. */
import { arabicDigits } from './digits.ts'

const latin = (value: number, decimals: boolean): string => {
  const cents = Math.round(Math.abs(value) * 100)
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(?:\d{3})+$)/g, ',')
  const rest = String(cents % 100).padStart(2, '0')
  const fraction = decimals ? (cents % 100 === 0 ? '' : `.${rest}`) : `.${rest}`.replace(/\.?0+$/, '')
  return `${value < 0 && cents > 0 ? '-' : ''}${whole}${fraction}`
}

const arabic = (text: string): string => arabicDigits(text.replaceAll(',', '٬').replace('.', '٫').replace('-', '\u061c-'))

/** @returns at most two decimals: «٣٬٥٠٠٫٥», "3,500.5". @throws RangeError unless finite. */
export const formatNumber = (value: number, digits: 'arab' | 'latn'): string => {
  if (!Number.isFinite(value)) throw new RangeError('not a finite number')
  const text = latin(value, false)
  return digits === 'arab' ? arabic(text) : text
}

/** The noun agrees with the last two digits: ٣–١٠ ريالات، ١١–٩٩ ريالًا, otherwise ريال. */
const riyals = (value: number): string => {
  if (!Number.isInteger(value)) return 'ريال'
  const tail = Math.abs(value) % 100
  if (tail >= 3 && tail <= 10) return 'ريالات'
  return tail >= 11 ? 'ريالًا' : 'ريال'
}

/**
 * Saudi riyals, halalas always two digits: «٣٬٥٠٠٫٥٠ ريال»، «٥ ريالات»، «ريال واحد»; "3,500.50 riyals".
 * English keeps Latin digits. @throws RangeError unless finite.
 */
export const formatMoney = (value: number, language: 'ar' | 'en', digits: 'arab' | 'latn'): string => {
  if (!Number.isFinite(value)) throw new RangeError('not a finite number')
  const text = latin(value, true)
  if (language === 'en') return `${text} ${value === 1 ? 'riyal' : 'riyals'}`
  if (value === 1) return 'ريال واحد'
  if (value === 2) return 'ريالان'
  return `${digits === 'arab' ? arabic(text) : text} ${riyals(value)}`
}
