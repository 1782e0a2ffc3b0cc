/** A person's name, kept as written: one string, no first and last part. */
import { normalise, wordsOf } from './normalise.ts'
import type { Reading } from './reading.ts'

export type NameReason =
  | 'too-short'
  | 'too-long'
  | 'digits'
  /** It asks or says something else («ليش تسألون؟»، «نعم»، «ابغى مساعدة»). */
  | 'question'

export type NameReading = Reading<string, NameReason>

const longest = 120
const mostWords = 10

const leadIn =
  /^(?:انا|أنا)?\s*(?:و?اسمي|و?إسمي|الاسم|الإسم|اسم|معك|معكم|هذا)\s*(?:الكامل|كامل|بالكامل|الثلاثي|الرباعي)?\s*(?:هو|هي)?\s*[:：\-–—=]?\s+|^(?:الاسم|الإسم|اسمي|name|full name)\s*[:：=]\s*|^(?:انا|أنا|i am|i'm|im|my name is|my full name is|this is|it's|its)\s+/iu
const edges = /^[\s.,،؛;:!"«»“”*\p{Extended_Pictographic}\ufe0f]+|[\s.,،؛;:!"«»“”*\p{Extended_Pictographic}\ufe0f]+$/gu

const words = (list: string): ReadonlySet<string> => new Set(wordsOf(normalise(list)))
const asks = words('ليش ليه لماذا كيف متى هل وش ايش شو وين اين كم why what how where when who do does can')
const says = words(
  'ابي ابغى ابغا اريد أبغي بغيت ممكن عندي محتاج محتاجة نحتاج احتاج ابيكم لازم اقدر ساعدوني مساعدة طلب طلبي شكوى ما لا مو مب مش لم ليس غير اعرف ادري قلت كتبت ارسلت please want need help dont not',
)
/** Nothing but these is no name. */
const notNames = words(
  'نعم ايه ايوه اي لا لأ تمام طيب اوكي ok okay yes no صح صحيح موافق اوافق السلام عليكم سلام مرحبا هلا اهلا شكرا مشكور اسمي انا الاسم الكامل hello hi salam موظف قائمة القائمة رجوع الغاء test تجربة',
)

/**
 * @returns the name without «اسمي» in front, spaces collapsed, otherwise as written; `confirm` for a single
 * word or after «أنا», which also begins other sentences. Never evaluates or throws on any text.
 */
export const readName = (text: string): NameReading => {
  const whole = text.slice(0, 2_000).replace(/\s+/g, ' ').replace(edges, '')
  if (/[?؟]/.test(text.slice(0, 2_000)) || asks.has(wordsOf(normalise(whole))[0] ?? '')) return { ok: false, reason: 'question' }
  const found = leadIn.exec(`${whole} `)
  const name = (found === null ? whole : whole.slice(found[0].length)).replace(edges, '')
  if (/\p{N}/u.test(name)) return { ok: false, reason: 'digits' }
  if ((name.match(/\p{L}/gu) ?? []).length < 2) return { ok: false, reason: 'too-short' }
  const parts = wordsOf(normalise(name))
  if (parts.every((part) => notNames.has(part)) || parts.some((part) => says.has(part))) return { ok: false, reason: 'question' }
  if (name.length > longest || parts.length > mostWords) return { ok: false, reason: 'too-long' }
  const unsure = parts.length < 2 || (found !== null && /^(?:انا|أنا)\s+$/u.test(found[0]))
  return unsure ? { ok: true, value: name, confirm: true } : { ok: true, value: name }
}
