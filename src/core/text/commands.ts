/** Commands: what a whole message tells the bot to do, from wherever the person is. */
import type { Command } from '../engine/input.ts'
import { commandPhrases, courtesies, humanWords, statusWords } from './command-phrases.ts'
import { isWithin } from './distance.ts'
import { normalise, wordsOf } from './normalise.ts'
import { groupBy } from './words.ts'

const set = (list: string): ReadonlySet<string> => new Set(wordsOf(normalise(list)))

const exact: ReadonlyMap<string, Command> = new Map(
  // The typed record lists the commands; its keys lose that type in `Object.entries`.
  (Object.entries(commandPhrases) as [Command, readonly string[]][]).flatMap(([command, phrases]) =>
    phrases.map((phrase) => [normalise(phrase), command] as const),
  ),
)

/** Shortest phrase in which one wrong letter is forgiven: below it lie «أوقاف» for «إيقاف» and «السائق» for «السابق». */
const forgivingFrom = 7
/** Long phrases by their first letter and length. */
const forgiving: ReadonlyMap<string, readonly (readonly [string, Command])[]> = groupBy(
  [...exact].filter(([phrase]) => phrase.length >= forgivingFrom),
  ([phrase]) => `${phrase[0]}${phrase.length}`,
)
const longestPhrase = Math.max(...[...exact.keys()].map((phrase) => phrase.length)) + 1

const byLastWord = groupBy(courtesies.map(normalise), (phrase) => phrase.slice(phrase.lastIndexOf(' ') + 1))
const byFirstWord = groupBy(courtesies.map(normalise), (phrase) => phrase.split(' ', 1)[0] ?? '')

/** Courtesy at both ends taken off; what is nothing but courtesy stays. */
const withoutCourtesy = (normal: string): string => {
  let text = normal
  for (let again = true; again; ) {
    again = false
    const last = byLastWord.get(text.slice(text.lastIndexOf(' ') + 1)) ?? []
    const end = last.find((phrase) => text.length > phrase.length && text.endsWith(` ${phrase}`))
    if (end !== undefined) {
      text = text.slice(0, -end.length - 1)
      again = true
    }
    const space = text.indexOf(' ')
    const first = (space < 0 ? undefined : byFirstWord.get(text.slice(0, space))) ?? []
    const start = first.find((phrase) => text.length > phrase.length && text.startsWith(`${phrase} `))
    if (start !== undefined) {
      text = text.slice(start.length + 1)
      again = true
    }
  }
  return text
}

const englishWish = /^(?:i (?:want|would like|need|wish|like)(?: to)?|id like to|can i|could i|may i|let me|can you) /

const misspelt = (text: string): Command | null => {
  if (text.length < forgivingFrom || text.length > longestPhrase) return null
  for (const length of [text.length, text.length - 1, text.length + 1])
    for (const [phrase, command] of forgiving.get(`${text[0]}${length}`) ?? []) if (isWithin(text, phrase, 1)) return command
  return null
}

const human = {
  person: set(humanWords.person),
  anyone: set(humanWords.anyone),
  talk: set(humanWords.talk),
  wish: set(humanWords.wish),
  filler: set(humanWords.filler),
}
const status = { request: set(statusWords.request), ask: set(statusWords.ask), filler: set(statusWords.filler) }

/** «ابغى اكلم موظف»، «حولني لموظف»، «ابي احد يرد علي». */
const wantsHuman = (words: string[]): boolean => {
  let person = false
  let anyone = false
  let talk = false
  let wish = false
  for (const word of words) {
    const bare = word.startsWith('ل') && word.length > 3 && !human.filler.has(word) ? word.slice(1) : word
    const named = bare.startsWith('ل') ? `ا${bare}` : bare
    if (human.person.has(word) || human.person.has(bare) || human.person.has(named)) person = true
    else if (human.talk.has(word)) talk = true
    else if (human.anyone.has(word) || human.anyone.has(bare)) anyone = true
    else if (human.wish.has(word)) wish = true
    else if (!human.filler.has(word)) return false
  }
  return (person && (talk || wish)) || (anyone && talk)
}

/** «وين وصل طلبي»، «وش صار على طلبي»، «أبي أعرف أخبار طلبي». */
const asksStatus = (words: string[]): boolean => {
  let request = false
  let asks = false
  for (const word of words) {
    if (status.request.has(word)) request = true
    else if (status.ask.has(word)) asks = true
    else if (!status.filler.has(word)) return false
  }
  return request && asks
}

/** `/menu`, `/menu@SilaBot`: the whole message, as a channel's own list of commands writes it. */
const slash = /^\s*\/([a-z]{2,16})(?:@\w{3,32})?\s*$/i
const slashCommands: ReadonlyMap<string, Command> = new Map([
  ['menu', 'menu'],
  ['help', 'menu'],
  ['status', 'status'],
  ['human', 'human'],
  ['back', 'back'],
  ['cancel', 'cancel'],
  ['repeat', 'repeat'],
  ['stop', 'stop'],
  ['arabic', 'arabic'],
  ['english', 'english'],
])

/** Words of the longest sentence read word by word; what is longer tells more than a command. */
const longestSentence = 10

/**
 * @param normal the normalised message @param raw the message as written
 * @returns as {@link readCommand}, for callers that have normalised already.
 */
export const commandOf = (normal: string, raw: string): Command | null => {
  if (normal === '') return /^[\s?؟]*[?؟][\s?؟]*$/.test(raw) ? 'not-understood' : null
  if (normal.length > 120) return null
  const slashed = slashCommands.get(slash.exec(raw)?.[1]?.toLowerCase() ?? '')
  if (slashed !== undefined) return slashed
  const text = withoutCourtesy(normal)
  const found = exact.get(normal) ?? exact.get(text) ?? exact.get(text.replace(englishWish, ''))
  // «أبدًا» is "never" and differs from «ابدأ» only by its ending.
  if (found === 'start' && /[اأ]بد(?:ًا|اً)/.test(raw)) return null
  if (found !== undefined) return found
  const words = wordsOf(text)
  if (words.length >= 2 && words.length <= longestSentence) {
    if (wantsHuman(words)) return 'human'
    if (asksStatus(words)) return 'status'
  }
  const wish = words.length >= 2 && words.length <= 6 && human.wish.has(words[0] ?? '') ? exact.get(words.slice(1).join(' ')) : undefined
  // «ابي القائمة»، «ممكن ارفع شكوى»: a wish in front of the phrase. A wish to start is no command to start again.
  if (wish !== undefined && wish !== 'start' && wish !== 'goodbye') return wish
  return words.length <= 5 ? misspelt(text) : null
}

/**
 * @returns the command that the whole message is, in Arabic (written or Saudi spoken, with ordinary misspellings) or
 * English; null when a command's word merely occurs in it.
 */
export const readCommand = (text: string): Command | null => commandOf(normalise(text), text)
