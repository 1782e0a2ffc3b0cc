/** An amount in Saudi riyals. That there is no income is an option of the question, not a number. */
import { normalise } from './normalise.ts'
import { readQuantities } from './quantities.ts'
import type { Reading } from './reading.ts'

export type MoneyReason = 'not-a-number' | 'several' | 'fraction' | 'too-large' | 'negative'

/** `value`: what was read, when it is above the limit. */
export type MoneyReading = Reading<number, MoneyReason, { value: number }>

const around = new Set(
  normalise(
    'ريال ريالات ريالا ريالين ر س رس سعودي sar sr riyal riyals شهريا بالشهر الشهر شهري في كل بس فقط تقريبا حوالي حدود الدخل دخلي دخلنا راتبي الراتب راتب المبلغ about month a per monthly only',
  ).split(' '),
)

/**
 * @param limits `max` inclusive, in riyals
 * @returns riyals with at most two decimals; `confirm` when words gave the amount («ثلاثة آلاف»), when it can be
 * read otherwise («3.500»), or when it stood in a sentence.
 */
export const readMoney = (text: string, limits: { max: number }): MoneyReading => {
  const { found, half, garbled, others } = readQuantities(text)
  const [first] = found
  if (first === undefined || garbled) return { ok: false, reason: 'not-a-number' }
  if (found.length > 1) return { ok: false, reason: 'several' }
  if (first.negative) return { ok: false, reason: 'negative' }
  const inThousands = first.spelled && first.value >= 1000 && first.value % 1000 === 0
  if (half && !inThousands) return { ok: false, reason: 'fraction' }
  // «ثلاثة آلاف ونص» is 3,500.
  const value = half ? first.value + 500 : first.value
  if (Math.abs(value * 100 - Math.round(value * 100)) > 1e-6) return { ok: false, reason: 'fraction' }
  if (value > limits.max) return { ok: false, reason: 'too-large', details: { value } }
  return first.spelled || first.doubtful || others.some((word) => !around.has(word))
    ? { ok: true, value, confirm: true }
    : { ok: true, value }
}
