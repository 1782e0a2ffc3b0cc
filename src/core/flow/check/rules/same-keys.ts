import type { Finding, Rule } from '../rule.ts'
import { entriesOf, languages } from '../texts.ts'

export const sameKeys: Rule = {
  id: 'same-keys',
  about: 'A text of one language exists in the other; plural forms and gender may differ.',
  check: ({ texts }) => {
    const keys = { ar: new Set(entriesOf(texts, 'ar').map(({ key }) => key)), en: new Set(entriesOf(texts, 'en').map(({ key }) => key)) }
    return languages.flatMap((language): Finding[] => {
      const other = language === 'ar' ? 'en' : 'ar'
      return entriesOf(texts, language)
        .filter(({ key }) => !keys[other].has(key))
        .map(({ file, line, key }) => ({ file, ...(line === undefined ? {} : { line }), message: `${key} is not in ${other}` }))
    })
  },
}
