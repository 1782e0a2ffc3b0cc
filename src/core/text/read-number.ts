/** A whole number: members of a family, rooms, years. */
import { normalise } from './normalise.ts'
import { readQuantities } from './quantities.ts'
import type { Reading } from './reading.ts'

export type NumberReason = 'not-a-number' | 'several' | 'fraction' | 'too-small' | 'too-large' | 'negative'

/** `value`: what was read, when it is outside the limits. */
export type NumberReading = Reading<number, NumberReason, { value: number }>

/** Words that count things or soften; a number among them needs no read-back. */
const around = new Set(
  normalise(
    'فرد أفراد شخص أشخاص نفر أنفار نفرات عددنا عددهم العدد عدد الأسرة العائلة العايلة أفرادها البيت في بالبيت احنا حنا إحنا نحن تقريبا حوالي كلنا هم هو هي سنة سنين سنوات غرفة غرف اولاد عيال أطفال ابناء بنات ولد بنت طفل رقم people persons members person of us we are about only فقط بس',
  ).split(' '),
)

/**
 * @param limits both inclusive
 * @returns the one number of the text; `confirm` when other words stood around it («ستة مع أمي»).
 */
export const readNumber = (text: string, limits: { min: number; max: number }): NumberReading => {
  const { found, half, garbled, others } = readQuantities(text)
  const [first] = found
  if (first === undefined || garbled) return { ok: false, reason: half ? 'fraction' : 'not-a-number' }
  if (half) return { ok: false, reason: 'fraction' }
  if (found.length > 1) return { ok: false, reason: 'several' }
  const { value } = first
  if (first.negative) return { ok: false, reason: 'negative' }
  if (!Number.isInteger(value)) return { ok: false, reason: 'fraction' }
  if (value < limits.min) return { ok: false, reason: 'too-small', details: { value } }
  if (value > limits.max) return { ok: false, reason: 'too-large', details: { value } }
  return first.doubtful || others.some((word) => !around.has(word)) ? { ok: true, value, confirm: true } : { ok: true, value }
}
