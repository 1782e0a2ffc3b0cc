import type { Finding, Rule } from '../rule.ts'
import { atLongest, beginsUnasked, entriesOf, languages } from '../texts.ts'
import { breaksTone } from '../tone.ts'

/** Answers that quote the period without a date of their own say where the date will come from. */
export const tone: Rule = {
  id: 'tone',
  about: 'No text breaks a rule of tone (flows/tone.yaml).',
  check: ({ release, texts }) => {
    const found: Finding[] = []
    for (const language of languages) {
      const look = (text: string, key: string, neutral: boolean, place: { file: string; line?: number }) => {
        for (const rule of texts.tone) {
          if (rule.language !== language || (rule.scope === 'neutral' && !neutral)) continue
          if (rule.scope === 'push' && !beginsUnasked(key)) continue
          const said = rule.scope === 'push' ? (text.split('\n')[0] ?? '') : text
          const why = breaksTone(rule, said)
          if (why) found.push({ ...place, level: rule.level, message: `${key}: ${why}` })
        }
      }
      for (const { text, file, line, whole, gender } of entriesOf(texts, language)) {
        const place = { file, ...(line === undefined ? {} : { line }) }
        look(text, whole, gender === null, place)
        // Again with the association's words in their places: a quotation alone is found only then.
        const filled = atLongest(texts, language, text)
        if (filled !== text && !whole.startsWith('common:part.')) look(onlyWords(filled, language), whole, gender === null, place)
      }
      for (const article of release.articles.values()) {
        const place = release.placeOf('article', article.id)
        look(onlyWords(atLongest(texts, language, article.answer[language]), language), `article:${article.id}`, true, place)
        look(article.title[language], `article:${article.id}.title`, true, place)
      }
      for (const [name, slot] of Object.entries(release.association.slots)) {
        // A slot stands inside a sentence.
        if (slot)
          look(
            `${filler[language]} ${onlyWords(slot[language], language)}`,
            `slot.${name}`,
            true,
            release.placeOf('association', release.association.slug, `slots/${name}`),
          )
      }
    }
    return dedupe(found)
  },
}

/** A word of the language in which no rule sees anything. */
const filler = { ar: '\u0645', en: 'x' } as const

/** Identifiers, words of people and links are not ours to judge. */
const onlyWords = (text: string, language: 'ar' | 'en'): string =>
  text.replace(/[\u2066-\u2068][^\u2069]*\u2069|https?:\S+/g, filler[language])

const dedupe = (found: Finding[]): Finding[] => [...new Map(found.map((one) => [JSON.stringify(one), one])).values()]
