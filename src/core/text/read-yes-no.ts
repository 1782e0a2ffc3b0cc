/** Yes, no, and the agreement that a consent or a declaration needs. Whole messages only: «لا» inside «السلام» is no answer. */
import { normalise, wordsOf } from './normalise.ts'

const set = (...phrases: string[]): ReadonlySet<string> => new Set(phrases.map(normalise))

const yesWords = set(
  ...'نعم نعمم نعام إي اي ايه إيه ايوه ايوا أيوه ايوة ايي اية ايوى أجل تمام طيب صح صحيح أكيد اوكي اوكى اوك أوكيه ok okay okey oke yes yep yeah yea ya y sure correct right true زين حاضر تم مضبوط بالضبط بلى موافق موافقة أوافق ابشر يس يب اكمل كمل كملوا نكمل'.split(
    ' ',
  ),
)
const noWords = set(...'لا لأ لاء لالا لا-لا مو مب مهب موب كلا no nope nah n خطأ غلط wrong نو مستحيل'.split(' '))
const yesPhrases = set(
  'اي نعم',
  'ايه نعم',
  'كل شيء صحيح',
  'كل شي صحيح',
  'كله صحيح',
  'كله تمام',
  'كلها صحيحة',
  'كل شي تمام',
  'ما عندي مانع',
  'ماعندي مانع',
  'لا مانع',
  'ما فيه مشكلة',
  'مافي مشكلة',
  'لا مشكلة',
  'لا بأس',
  'مو غلط',
  'مو مشكلة',
  'of course',
  'no problem',
  'that is right',
  'thats right',
  'go ahead',
  'all correct',
)
const noPhrases = set(
  'ما أبي',
  'مابي',
  'ما ابغى',
  'مابغى',
  'ما ابغي',
  'ما أريد',
  'لا أريد',
  'لا أرغب',
  'ما ودي',
  'مو صحيح',
  'مو صح',
  'مب صحيح',
  'مب صح',
  'غير صحيح',
  'ليس صحيح',
  'ليس صحيحا',
  'مش صحيح',
  'مش صح',
  'مو تمام',
  'لا بعدين',
  'لا مو صحيح',
  'لا غير صحيح',
  'لا مو صح',
  'لا شكرا',
  'لا يوجد',
  'لا اوافق',
  'لا أحتاج',
  'ما احتاج',
  'مو موافق',
  'مو موافقة',
  'غير موافق',
  'غير موافقة',
  'not correct',
  'not right',
  'i dont',
  'no thanks',
  'no thank you',
  'not now',
)
/** May stand beside the answer without changing it. */
const courtesy = set(
  ...'والله الله يعطيك يعطيكم العافية شكرا شكراً لك لكم لو سمحت سمحتي سمحتوا من فضلك يا اخوي اخي اختي please thanks thank you طبعا ان شاء حياك يسعدك'.split(
    ' ',
  ),
)
const yesSigns = /^(?:👍|👌|✅|✔|☑|🆗)+$/u
const noSigns = /^(?:👎|❌|🚫|✖)+$/u
const signDressing = /[\s\ufe0f\u{1f3fb}-\u{1f3ff}\u200d]/gu

const ofWords = (words: string[]): 'yes' | 'no' | null => {
  const text = words.join(' ')
  if (yesPhrases.has(text)) return 'yes'
  if (noPhrases.has(text)) return 'no'
  const yes = words.some((word) => yesWords.has(word))
  const no = words.some((word) => noWords.has(word))
  if (yes === no || !words.every((word) => yesWords.has(word) || noWords.has(word) || courtesy.has(word))) return null
  return yes ? 'yes' : 'no'
}

/**
 * @returns the answer to a yes/no question, or null when the message says something else or both.
 * 👍 👌 are yes. Not for consent or declaration: {@link readAgreement}.
 */
export const readYesNo = (text: string): 'yes' | 'no' | null => {
  const normal = normalise(text)
  if (normal === '') {
    const signs = text.slice(0, 100).replace(signDressing, '')
    if (yesSigns.test(signs)) return 'yes'
    return noSigns.test(signs) ? 'no' : null
  }
  const words = wordsOf(normal)
  if (words.length > 8) return null
  const whole = ofWords(words)
  if (whole !== null) return whole
  const plain = words.filter((word) => !courtesy.has(word))
  const polite = plain.length < words.length && plain.length > 0 ? ofWords(plain) : null
  if (polite !== null) return polite
  // «لا، الاسم غلط»؛ «نعم، كل شي صحيح»: a pause after the first word makes it the answer.
  const [first = ''] = words
  const pause = /^\s*\S+\s*[،,.:؛\n-]/.test(text)
  if (!pause) return null
  const rest = ofWords(words.slice(1))
  if (noWords.has(first) && rest !== 'yes') return 'no'
  return yesWords.has(first) && rest !== 'no' && !words.some((word) => noWords.has(word)) ? 'yes' : null
}

/** Runs of equal letters do not change a word here: «مواافق»، «اوافقق». */
const single = (text: string): string => text.replace(/(\p{L})\1+/gu, '$1')
const agreeWords = new Set(
  ['أوافق', 'موافق', 'موافقة', 'موافقه', 'اوفق', 'اوافف', 'موافقا', 'agree', 'agreed'].map((word) => single(normalise(word))),
)
const besideAgreement = new Set(
  [
    ...'نعم ايه اي إي ايوه انا تمام طيب اكيد طبعا والله yes i ok على الإقرار الشروط الاقرار ذلك كل شي شيء ما ورد بكل سرور وأقر اقر'.split(
      ' ',
    ),
  ].map((word) => single(normalise(word))),
)
const negations = new Set(
  ['لا', 'لأ', 'مو', 'مب', 'ما', 'غير', 'لست', 'مش', 'لم', 'not', 'dont', 'no', 'بس', 'لكن', 'إذا', 'but', 'if'].map((word) =>
    single(normalise(word)),
  ),
)

/**
 * @returns true only for «أوافق», «موافق», «موافقة», «نعم أوافق» (any spelling) and "I agree"; «تمام», «نعم» and 👍
 * are no agreement to a consent or a declaration. Null: nothing was agreed.
 */
export const readAgreement = (text: string): true | null => {
  const words = wordsOf(normalise(text)).map(single)
  if (words.length === 0 || words.length > 6) return null
  const agrees = words.some((word) => agreeWords.has(word))
  // «ما ورد» is no negation; «ما أوافق» is one.
  const negated = words.some((word, at) => negations.has(word) && !(word === 'ما' && words[at + 1] === 'ورد'))
  return agrees && !negated && words.every((word) => agreeWords.has(word) || besideAgreement.has(word)) ? true : null
}

const refusals = new Set(
  [
    'لا أوافق',
    'ما اوافق',
    'مااوافق',
    'مو موافق',
    'مب موافق',
    'غير موافق',
    'لست موافق',
    'لست موافقا',
    'لست موافقة',
    'مش موافق',
    'ارفض',
    'أرفض ذلك',
    'رفض',
    'i do not agree',
    'i dont agree',
    'disagree',
    'i disagree',
    'do not agree',
    'not agree',
    'i refuse',
  ].map((phrase) => single(normalise(phrase))),
)
const masculine = (text: string): string => text.replace(/موافقه$/, 'موافق')

/** @returns true for «لا أوافق» and its kin, and for a plain «لا». */
export const refuses = (text: string): boolean => {
  const normal = masculine(
    wordsOf(normalise(text))
      .filter((word) => !courtesy.has(word))
      .map(single)
      .join(' '),
  )
  return refusals.has(normal) || readYesNo(text) === 'no'
}
