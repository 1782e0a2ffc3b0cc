/** Which of the options shown a person means: by number, by place, or by words. */
import { editsAllowed, isWithin } from './distance.ts'
import { normalise, wordsOf } from './normalise.ts'
import { numberWords } from './number-words.ts'
import { readYesNo } from './read-yes-no.ts'
import { withoutArticle, withoutParticle } from './words.ts'

export interface OptionRead {
  id: string
  how: 'number' | 'ordinal' | 'words'
}

export interface ReadableOption {
  id: string
  /** As shown in front of the label. */
  n: number
  label: string
}

const list = (words: string): string[] => wordsOf(normalise(words))

const ordinals: ReadonlyMap<string, number> = new Map(
  Object.entries({
    1: 'أول الأول أولى الأولى اولي first 1st',
    2: 'ثاني الثاني ثانية الثانية تاني التاني second 2nd',
    3: 'ثالث الثالث ثالثة الثالثة تالت third 3rd',
    4: 'رابع الرابع رابعة الرابعة fourth 4th',
    5: 'خامس الخامس خامسة الخامسة fifth 5th',
    6: 'سادس السادس سادسة السادسة sixth 6th',
    7: 'سابع السابع سابعة السابعة seventh',
    8: 'ثامن الثامن ثامنة الثامنة eighth',
    9: 'تاسع التاسع تاسعة التاسعة ninth',
    10: 'عاشر العاشر عاشرة العاشرة tenth',
  }).flatMap(([n, words]) => list(words).map((word) => [word, Number(n)] as const)),
)
const lastWords = new Set(list('الأخير الأخيرة أخير آخر last'))

/** May surround a number or an ordinal: «الخيار رقم ٢ لو سمحت»، «ثاني واحد». */
const pointing = new Set(
  list(
    'رقم الرقم خيار الخيار اختيار الاختيار اختار أختار اخترت نختار واحد وحدة شي شيء حاجة ابي ابغى ابغا اريد أبغي بغيت لو سمحت سمحتي سمحتوا من فضلك هو هي هذا هذي انا اخوي شكرا العدد option number no choice choose the one i want please',
  ),
)
/** Said around the words of an option. */
const wishing = new Set(
  list(
    'ابي ابغى ابغا اريد أبغي بغيت ودي اختار أختار اخترت لو سمحت سمحتي سمحتوا من فضلك شكرا خيار الخيار هو هي انا حنا احنا يا اخوي طيب تمام عندي و في هذا هذي والله الحين i want please my is a the to',
  ),
)
/** A message with one of these says what is not meant. */
const denying = new Set(list('لا مو مب مهب مش ما مافي ماعندي ليس غير بدون مابي مابغى not no dont'))
/** «٥ أطفال» counts children; it does not choose the fifth. */
const counted = new Set(
  list(
    'سنة سنوات سنين اطفال أولاد عيال بنات أبناء ولد بنت أيام يوم شهر شهور اشهر أسبوع أسابيع ألف آلاف ريال ريالات افراد فرد اشخاص شخص مرات مرة غرف نفر ساعات ساعة دقيقة نص و او years months days children people',
  ),
)
/** The same word in other clothes, so that «مستأجر» finds «إيجار». */
const kin: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ايجار: 'مستأجر مستأجرة مستأجرين اجار أجار إجار بالإيجار ايجارات متأجر rent renting rented',
    ملك: 'تمليك ملكي ملكنا مالك مملوك own owned',
    موظف: 'موظفة موضف موضفة موظفين staff',
    شكوي: 'شكوه اشتكي شكاوى شكوا',
    سوال: 'استفسار سؤل سوأل اسأل استفسر',
    متابعه: 'اتابع تابع متابعت',
    طلب: 'طلبي',
    دعم: 'مساعدة مساعده الدعم',
    اهل: 'اهلي الأهل أهلنا',
    ممتازه: 'ممتاز امتياز',
    جيده: 'جيد كويس كويسة زينة زين',
    سييه: 'سيئ سيء سي',
    ضعيفه: 'ضعيف',
    مقبوله: 'مقبول',
    تعديل: 'اعدل أعدل عدل تعديلات نعدل عدلوا',
    ذلك: 'ذالك كذا',
    غير: 'غيرها غيره',
    لا: 'ما مو مب مهب مش',
  }).flatMap(([head, words]) => list(words).map((word) => [word, head] as const)),
)

const headOf = (word: string): string => {
  const bare = withoutArticle(word)
  return kin.get(word) ?? kin.get(bare) ?? kin.get(bare.replace(/(\p{L})\1/gu, '$1')) ?? bare
}

/** A word, and what it is compared by. */
interface Compared {
  word: string
  head: string
}
const compared = (word: string): Compared => ({ word, head: headOf(word) })

const sameWord = (said: Compared, shown: Compared): boolean => {
  const a = said.head
  const b = shown.head
  if (said.word === shown.word || a === b || withoutParticle(a) === b || a === withoutParticle(b)) return true
  const shorter = Math.min(a.length, b.length)
  const difference = Math.abs(a.length - b.length)
  if (difference > 2) return false
  if (shorter >= 3 && (a.startsWith(b) || b.startsWith(a))) return true
  // The first letter is rarely the wrong one; in short words it makes another word (جوال، سؤال).
  return (shorter > 4 || a[0] === b[0]) && isWithin(a, b, editsAllowed(shorter))
}

/** Joins nothing by itself: «شكوى أو اقتراح». */
const joining = new Set(list('أو و من في مع على عن إلى or and of the a to'))

const numberOf = (word: string): number | null => (/^[0-9]{1,2}$/.test(word) ? Number(word) : (numberWords.get(word) ?? null))

const byPlace = (words: string[], options: readonly ReadableOption[]): OptionRead | null => {
  const core = words.filter((word) => !pointing.has(word))
  const [only] = core.length === 0 && words.length === 1 ? words : core
  if (only === undefined || core.length > 1) return null
  const pick = (n: number | null, how: OptionRead['how']): OptionRead | null => {
    const option = n === null ? undefined : options.find((each) => each.n === n)
    return option === undefined ? null : { id: option.id, how }
  }
  const last = options.at(-1)
  if (lastWords.has(only)) return last === undefined ? null : { id: last.id, how: 'ordinal' }
  return pick(numberOf(only), 'number') ?? pick(ordinals.get(only) ?? null, 'ordinal')
}

/** «٣ الجوال أحيانًا مع بنتي»: a number in front, then an explanation. */
const byLeadingNumber = (words: string[], options: readonly ReadableOption[]): OptionRead | null => {
  const [first = '', second = ''] = words
  if (!/^[0-9]{1,2}$/.test(first) || counted.has(second) || words.slice(1).some((word) => /^[0-9]+$/.test(word))) return null
  const option = options.find((each) => each.n === Number(first))
  return option === undefined ? null : { id: option.id, how: 'number' }
}

/** A label, prepared once: the same few are shown all day. */
interface Label {
  text: string
  words: number
  meant: readonly Compared[]
  denies: boolean
}
const labels = new Map<string, Label>()
const labelOf = (label: string): Label => {
  const known = labels.get(label)
  if (known !== undefined) return known
  const words = wordsOf(normalise(label))
  const prepared = {
    text: words.join(' '),
    words: words.length,
    meant: words.filter((word) => !joining.has(word)).map(compared),
    denies: words.some((word) => denying.has(word)),
  }
  if (labels.size >= 500) labels.clear()
  labels.set(label, prepared)
  return prepared
}

/** 4: the label; 3: its words in any order; 2: the label inside a short sentence; 1: a part of the label; 0: none. */
const likeness = (said: string, core: readonly Compared[], { text, meant }: Label): number => {
  if (said === text) return 4
  if (meant.length === 0 || core.length === 0) return 0
  const saidAll = core.every((word) => meant.some((shown) => sameWord(word, shown)))
  if (!saidAll && core.length > 12) return 0
  const shownAll = meant.every((shown) => core.some((word) => sameWord(word, shown)))
  if (shownAll) return saidAll ? 3 : 2
  return saidAll ? 1 : 0
}

const byWords = (words: string[], options: readonly ReadableOption[]): OptionRead | null => {
  const core = words.filter((word) => !wishing.has(word) && !joining.has(word)).map(compared)
  const said = words.join(' ')
  const denies = words.some((word) => denying.has(word))
  let best: { id: string; score: number; size: number } | null = null
  let tied = false
  for (const { id, label } of options) {
    const shown = labelOf(label)
    // «لا» is an option only where the label says so.
    if (denies !== shown.denies) continue
    const score = likeness(said, core, shown)
    if (score === 0) continue
    // Of two labels that are both wholly inside a sentence, the longer one is meant.
    const size = score === 2 ? shown.words : 0
    if (best === null || score > best.score || (score === best.score && size > best.size)) {
      best = { id, score, size }
      tied = false
    } else if (score === best.score && size === best.size) tied = true
  }
  return best === null || tied ? null : { id: best.id, how: 'words' }
}

/** «ايه» for an option that begins with «نعم», «لأ» for one that begins with «لا». */
const byYesNo = (text: string, options: readonly ReadableOption[]): OptionRead | null => {
  const answer = readYesNo(text)
  if (answer === null) return null
  const heads = answer === 'yes' ? ['نعم', 'yes'] : ['لا', 'no']
  const fitting = options.filter(({ label }) => {
    const words = wordsOf(normalise(label))
    // «نعم أوافق» and «لا أوافق» ask for agreement, which «تمام» is not.
    return heads.includes(words[0] ?? '') && !words.some((word) => /^(?:اوافق|agree)$/.test(word))
  })
  const [only] = fitting
  return only !== undefined && fitting.length === 1 ? { id: only.id, how: 'words' } : null
}

/**
 * @param options as shown; `n` is what stands in front of each
 * @returns the option meant, or null when none or more than one fits. Numbers in any digits or words, places
 * («الثاني», «ثاني واحد»), the label with ordinary misspellings, or a part that only one label has.
 */
export const readOption = (text: string, options: readonly ReadableOption[]): OptionRead | null => {
  const words = wordsOf(normalise(text.length > 400 ? text.slice(0, 400) : text))
  if (words.length === 0) return byYesNo(text, options)
  if (words.length > 24) return null
  return byPlace(words, options) ?? byLeadingNumber(words, options) ?? byWords(words, options) ?? byYesNo(text, options)
}
