/** Greetings, thanks and duas: what is returned before the matter, and what needs no more than a word. */
import { isFunctionWord } from './language.ts'
import { normalise, wordsOf } from './normalise.ts'
import { type GreetingId, greetingIds, type SmalltalkId, smalltalkIds } from './smalltalk-ids.ts'
import { greetingPhrases, returnedGreetings, smalltalkPhrases, vocatives } from './smalltalk-phrases.ts'

export interface Smalltalk {
  /** The greeting in front, or the whole message. */
  greeting: GreetingId | null
  /** What the message is when it is nothing else (besides a greeting). */
  smalltalk: SmalltalkId | null
  /** What is left behind the greeting, verbatim; empty when nothing else was said. */
  rest: string
}

/** Words of phrases as a tree; `id` where a phrase ends. */
interface Branch<Id> {
  id?: Id
  next: Map<string, Branch<Id>>
}

/** Doubled letters and an attached «و» are spelling too: «هلاا»، «و كيف». */
const spelling = (word: string): string => word.replace(/(\p{L})\1/gu, '$1')

const grow = <Id>(lists: readonly (readonly [Id, readonly string[]])[]): Branch<Id> => {
  const root: Branch<Id> = { next: new Map() }
  for (const [id, phrases] of lists)
    for (const phrase of phrases) {
      let branch = root
      for (const word of wordsOf(normalise(phrase)).map(spelling)) {
        const found = branch.next.get(word) ?? { next: new Map() }
        branch.next.set(word, found)
        branch = found
      }
      branch.id ??= id
    }
  return root
}

/** @returns the longest phrase that begins at `from`, and how many words it has. */
const longest = <Id>(root: Branch<Id>, words: readonly string[], from: number): { id: Id; length: number } | null => {
  let branch: Branch<Id> | undefined = root
  let best: { id: Id; length: number } | null = null
  for (let at = from; at < words.length; at += 1) {
    branch = branch.next.get(words[at] ?? '')
    if (branch === undefined) break
    if (branch.id !== undefined) best = { id: branch.id, length: at - from + 1 }
  }
  return best
}

const greetings = grow<GreetingId | 'returned' | 'vocative'>([
  ...greetingIds.map((id) => [id, greetingPhrases[id]] as const),
  ['returned', returnedGreetings],
])
const called = grow([['vocative', vocatives] as const])
const courtesies = grow(smalltalkIds.map((id) => [id, smalltalkPhrases[id]] as const))

/** The graver meaning of a message with several formulas; then the one that was said first. */
const grave: readonly SmalltalkId[] = ['grievance-dua', 'sorrow-dua', 'shifa']
/** Of several greetings the one returned. */
const greetingRank: readonly GreetingId[] = [
  'salam-full',
  'salam',
  ...greetingIds.filter((id) => !id.startsWith('salam') && id !== 'how-are-you'),
  'how-are-you',
]
const rankOf = (id: GreetingId): number => greetingRank.indexOf(id)

const namesToo = new Set(['سلام', 'السلام', 'هلا', 'salam'])

const flowers = /^(?:🌹|🌷|🌺|🌸|💐|🙏|❤|💚|💙|🤍|💛|🧡|💜|🖤|♥|🤲|😊|☺|🙂|🥰|😘)+$/u
const dressing = /[\s\ufe0f\u200d\u{1f3fb}-\u{1f3ff}]/gu

/** Where the first `count` normalised words end in the text as written. */
const restAfter = (text: string, count: number): string => {
  let left = count
  for (const match of text.matchAll(/[^\s\p{P}\p{S}]+/gu)) {
    left -= wordsOf(normalise(match[0])).length
    if (left > 0) continue
    const rest = text.slice(match.index + match[0].length)
    return rest.replace(/^(?:[\s،,.؛;:!؟?…\-–—~*|/\\]|\p{Extended_Pictographic}|\p{Cf}|\ufe0f|[\u{1f3fb}-\u{1f3ff}])+/u, '').trim()
  }
  return ''
}

/** @returns the courtesy that all words from `from` on make up, or null when anything else is among them. */
const wholeCourtesy = (words: readonly string[], from: number): SmalltalkId | null => {
  let found: SmalltalkId | null = null
  for (let at = from; at < words.length; ) {
    const courtesy = longest(courtesies, words, at) ?? longest(greetings, words, at)
    const step = courtesy ?? longest(called, words, at)
    if (step === null) {
      // «و» between two formulas, alone or glued: «شكرا وجزاكم الله خير».
      const glued = words[at]?.startsWith('و') ? longest(courtesies, [(words[at] ?? '').slice(1), ...words.slice(at + 1)], 0) : null
      if (words[at] === 'و') at += 1
      else if (glued !== null) {
        found = graver(found, glued.id)
        at += glued.length
      } else return null
      continue
    }
    const id = smalltalkIds.find((each) => each === step.id)
    if (id !== undefined) found = graver(found, id)
    at += step.length
  }
  return found
}

const graver = (before: SmalltalkId | null, next: SmalltalkId): SmalltalkId => {
  if (before === null) return next
  return grave.includes(next) && !grave.includes(before) ? next : before
}

/**
 * @param normal the normalised message @param text the message as written
 * @returns as {@link readSmalltalk}, for callers that have normalised already.
 */
export const smalltalkOf = (normal: string, text: string): Smalltalk => {
  if (normal === '') {
    const signs = text.slice(0, 100).replace(dressing, '')
    return flowers.test(signs) ? { greeting: null, smalltalk: 'flower', rest: '' } : { greeting: null, smalltalk: null, rest: text.trim() }
  }
  const raw = wordsOf(normal)
  const words = raw.slice(0, 40).map(spelling)
  let at = 0
  let greeting: GreetingId | null = null
  let greeted = false
  for (;;) {
    const step: { id: GreetingId | 'returned' | 'vocative'; length: number } | null =
      longest(greetings, words, at) ?? (greeted ? longest(called, words, at) : null)
    if (step === null) break
    if (step.id !== 'returned' && step.id !== 'vocative' && (greeting === null || rankOf(step.id) < rankOf(greeting))) greeting = step.id
    greeted = true
    at += step.length
  }
  // «سلام» and «هلا» are names too: «هلا محمد العتيبي» greets nobody.
  if (at === 1 && raw.length > 1 && raw.length <= 5 && namesToo.has(raw[0] ?? '') && !raw.slice(1).some(isFunctionWord))
    return { greeting: null, smalltalk: null, rest: text.trim() }
  if (at === raw.length) {
    // «الله يعطيكم العافية» alone is thanks as much as a greeting; «عيدكم مبارك» is wholly that.
    const alone = smalltalkIds.find((id) => id === greeting)
    if (alone !== undefined) return { greeting: null, smalltalk: alone, rest: '' }
    return { greeting, smalltalk: greeting === null ? 'amen' : null, rest: '' }
  }
  const smalltalk = raw.length <= 40 ? wholeCourtesy(words, at) : null
  if (smalltalk !== null) return { greeting, smalltalk, rest: '' }
  return at === 0 ? { greeting: null, smalltalk: null, rest: text.trim() } : { greeting, smalltalk: null, rest: restAfter(text, at) }
}

/**
 * Strips greetings from the front of a message and recognises messages that are nothing but thanks, duas or farewells.
 * «السلام» inside a sentence is no greeting; «حسبي الله …» is a grievance, never thanks.
 */
export const readSmalltalk = (text: string): Smalltalk => smalltalkOf(normalise(text), text)
