import type { Finding, Rule } from '../rule.ts'
import { atLongest, beginsUnasked, entriesOf, isLabel, languages } from '../texts.ts'

/** Sizes of a message: what people can read at walking pace. Characters count places at their longest value. */
const ordinary = { letters: 350, lines: 6 }
/** Conditions, privacy notice, read-back, submission, decision, status in full. */
const long = { letters: 700, lines: 12 }
const errorLines = 3
const firstLine = 60
const label = 24
const sentenceWords = 15

const isLong = (key: string): boolean =>
  /:review\.|^support-request:(?:conditions|eligible|privacy|privacy-question|agreed|declined|declaration|submitted)\.|^status:|^common:part\.|^rating:service/.test(
    key,
  )

const longestSentence = (text: string): number =>
  Math.max(
    0,
    ...text
      // What stands in guillemets is quoted as it is; a list of names is no sentence.
      .replace(/\u00ab[^\u00bb]*\u00bb|\u201c[^\u201d]*\u201d/g, 'q')
      .split(/[.\u061f?!:\u061b;\n]/)
      .map((sentence) => sentence.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length),
  )

export const sizes: Rule = {
  id: 'sizes',
  about: 'Messages, lines, sentences, labels and first lines stay within what people read.',
  check: ({ release, texts }) => {
    const found: Finding[] = []
    for (const language of languages) {
      const measure = (text: string, raw: string, key: string, place: { file: string; line?: number }) => {
        const tell = (message: string, level: 'error' | 'warning' = 'error') =>
          found.push({ ...place, level, message: `${key} (${language}): ${message}` })
        const limit = isLong(key) ? long : ordinary
        const letters = [...text].length
        const lines = text.split('\n').length
        if (letters > limit.letters) tell(`${letters} characters, at most ${limit.letters}`)
        if (lines > limit.lines) tell(`${lines} lines, at most ${limit.lines}`)
        if (key.startsWith('validation:') && lines > errorLines) tell(`${lines} lines, at most ${errorLines} where something did not fit`)
        const words = longestSentence(raw)
        if (language === 'ar' && words > sentenceWords) tell(`a sentence of ${words} words, at most ${sentenceWords}`)
        const first = [...(text.split('\n')[0] ?? '')].length
        if (beginsUnasked(key) && first > firstLine) tell(`a first line of ${first} characters, at most ${firstLine}`)
      }
      for (const { text, file, line, whole, key } of entriesOf(texts, language)) {
        const place = { file, ...(line === undefined ? {} : { line }) }
        if (/\.options\./.test(key) && [...text].length > label) {
          found.push({ ...place, message: `${whole} (${language}): a label of ${[...text].length} characters, at most ${label}` })
        }
        if (!isLabel(key)) measure(atLongest(texts, language, text), text, whole, place)
      }
      for (const article of release.articles.values()) {
        const answer = article.answer[language]
        measure(atLongest(texts, language, answer), answer, `article:${article.id}`, release.placeOf('article', article.id))
      }
    }
    return found
  },
}
