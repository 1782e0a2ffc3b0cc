/** A score on a scale whose numbers are the score: 5 is the best. */

import { foldDigits } from './digits.ts'
import { normalise, wordsOf } from './normalise.ts'
import { numberWords } from './number-words.ts'

const around = new Set(wordsOf(normalise('نجوم نجمة من أصل تقييمي التقييم اعطيكم اقيمكم درجة درجات stars star out of')))
const star = /(?:⭐|🌟|★)\ufe0f?/gu

/** @returns 1–5, or null: two numbers, another number, a fraction, or words («ممتازة» is an option: `readOption`). */
export const readScore = (text: string): number | null => {
  if (text.length > 200 || /[0-9٠-٩۰-۹]\s*[.,٫،]\s*[0-9٠-٩۰-۹]/.test(text)) return null
  const stars = (text.match(star) ?? []).length
  const words = wordsOf(normalise(text))
  if (words.length === 0) return stars >= 1 && stars <= 5 && text.replace(star, '').trim() === '' ? stars : null
  if (/(?:^|\s)[-−]\s*[0-9]/.test(foldDigits(text))) return null
  const numbers = words.flatMap((word) => (/^[0-9]+$/.test(word) ? [Number(word)] : (numberWords.get(word) ?? [])))
  const [score, scale] = numbers
  if (score === undefined || score < 1 || score > 5) return null
  // «٥ من ٥» and «4/5» name the scale; any other second number makes it unclear.
  if (numbers.length > 2 || (scale !== undefined && (scale !== 5 || !/(?:من|\/|of)/.test(text)))) return null
  const [first = ''] = words
  const leads = /^[0-9]+$/.test(first) || numberWords.has(first)
  const bare = words.every((word) => /^[0-9]+$/.test(word) || numberWords.has(word) || around.has(word))
  return bare || (leads && numbers.length === 1 && words.length > 1 && !counts.has(words[1] ?? '')) ? score : null
}

const counts = new Set(wordsOf(normalise('أيام يوم مرات مرة سنوات سنة شهور شهر ساعات ساعة أسابيع اشخاص موظفين ريال أطفال')))
