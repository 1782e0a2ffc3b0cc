import type { Finding, Rule } from '../rule.ts'
import { entriesOf, languages, placesOf } from '../texts.ts'

export const knownVariables: Rule = {
  id: 'known-variables',
  about: 'Every name in braces is a variable of the association or a value of the turn.',
  check: ({ release, texts }) =>
    languages.flatMap((language) => {
      const known = texts.variables[language]
      const wrong = (text: string) => placesOf(text).filter((name) => !known.has(name))
      const found: Finding[] = entriesOf(texts, language).flatMap(({ text, file, line, whole }) =>
        wrong(text).map((name) => ({ file, ...(line === undefined ? {} : { line }), message: `${whole}: nothing is called {{${name}}}` })),
      )
      for (const article of release.articles.values()) {
        for (const name of [
          ...wrong(article.answer[language]),
          ...(language === 'ar' ? article.needs.filter((need) => !known.has(need)) : []),
        ]) {
          found.push({ ...release.placeOf('article', article.id), message: `${article.id}: nothing is called {{${name}}}` })
        }
      }
      return found
    }),
}
