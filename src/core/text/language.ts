/** Which of the two languages a text is in, when it can be told. */
import { normalise, wordsOf } from './normalise.ts'

const english: ReadonlySet<string> = new Set(
  (
    'a an the i you he she it we they me my your his her its our us them their this that these those there here ' +
    'is am are was were be been being do does did done have has had having can could will would shall should may might must ' +
    'not no yes dont doesnt didnt cant wont im ive isnt arent and or but if because so then than when where what who whom whose why how which ' +
    'in on at to of for from by with without about into over after before under between through during until while as ' +
    'want need like know think please help thank thanks hello hi hey good morning evening ask question tell say said give get got take make made ' +
    'go come see find look use work call send sent write apply applied application request requests support house home housing rent family ' +
    'children child son daughter wife husband mother father brother sister neighbour neighbor friend person people man woman ' +
    'long time day days week weeks month months year years today tomorrow now soon still already yet just only also very much many more most some any all ' +
    'money income salary document documents paper papers id number phone name city status answer reply committee association charity office hours open closed ' +
    'one two three first last new old other same right wrong speak talk english arabic someone anyone staff information details register'
  ).split(' '),
)

/** Small words that make a sentence of Arabic words; names and addresses have none. */
const arabic: ReadonlySet<string> = new Set(
  wordsOf(
    normalise(
      'في من على عن إلى مع هل كيف متى أين وين وش ايش ليش لماذا كم ما لا هذا هذه هذي ذلك اللي الذي التي أنا انت أنتم نحن احنا هو هي ابي ابغى أريد ممكن عندي عندكم لي لكم كان يكون صار إذا لو لكن بس يعني عشان لأن أو ثم قد لم لن بعد قبل اليوم بكرة الحين الآن شكرا السلام عليكم طلب طلبي',
    ),
  ),
)

const arabicLetters = /[\u0620-\u064a]/
const latinWord = /^[a-z]+$/

/**
 * @returns `en` for a sentence of at least three English words (Arabizi such as «abi adri wsh sar» is none), `ar` for
 * text that is mostly Arabic letters, null when unclear: digits, emoji, one Latin word, a foreign name.
 */
export const detectLanguage = (text: string): 'ar' | 'en' | null => languageOf(normalise(text.slice(0, 600)))

/** @param normal a normalised text @returns as {@link detectLanguage}. */
export const languageOf = (normal: string): 'ar' | 'en' | null => {
  const words = wordsOf(normal)
  let latin = 0
  let known = 0
  let arabicWords = 0
  for (const word of words) {
    if (latinWord.test(word)) {
      latin += 1
      if (english.has(word)) known += 1
    } else if (word.length >= 2 && arabicLetters.test(word)) arabicWords += 1
  }
  if (arabicWords > latin) return 'ar'
  const isEnglish = latin >= 3 && latin >= words.length * 0.7 && known >= 2 && known >= latin * 0.4
  return isEnglish ? 'en' : null
}

/** @returns true for a small word (normalised) that names and addresses do not have: «متى»، «ابي»، "the". */
export const isFunctionWord = (word: string): boolean => arabic.has(word) || english.has(word)

/** @returns true when the (normalised) text reads as a sentence of its language: three words, not all of them names. */
export const isSentence = (normal: string): boolean => {
  const words = wordsOf(normal)
  return words.length >= 3 && words.some(isFunctionWord)
}
