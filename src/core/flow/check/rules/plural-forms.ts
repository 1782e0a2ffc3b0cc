import type { Finding, Rule } from '../rule.ts'
import { entriesOf, languages, placesOf, pluralForms } from '../texts.ts'

export const pluralFormsRule: Rule = {
  id: 'plural-forms',
  about: 'A text that counts has all forms of its language; {{count}} is absent where the form is a word.',
  check: ({ texts }) =>
    languages.flatMap((language) => {
      const found: Finding[] = []
      const entries = entriesOf(texts, language)
      const groups = new Map<string, Set<string>>()
      for (const { key, gender, plural } of entries) {
        const group = `${key}${gender ? `_${gender}` : ''}`
        if (plural) groups.set(group, (groups.get(group) ?? new Set()).add(plural))
      }
      for (const { key, gender, plural, text, file, line } of entries) {
        const group = `${key}${gender ? `_${gender}` : ''}`
        const place = { file, ...(line === undefined ? {} : { line }) }
        const counts = placesOf(text).includes('count')
        if (plural === null && counts) found.push({ ...place, message: `${group} holds {{count}} and has no plural forms` })
        if (plural === null && groups.has(group))
          found.push({ ...place, message: `${group} stands beside its plural forms and is never chosen` })
        if (plural === 'other') {
          const missing = pluralForms[language].filter((form) => !groups.get(group)?.has(form))
          if (missing.length > 0) found.push({ ...place, message: `${group} lacks ${missing.join(', ')}` })
        }
        if (plural && !groups.get(group)?.has('other')) found.push({ ...place, message: `${group} lacks other` })
        if (language === 'ar' && counts && (plural === 'one' || plural === 'two'))
          found.push({ ...place, message: `${group}_${plural} says the number in words, without {{count}}` })
        if (plural && !['zero', ...pluralForms[language]].includes(plural))
          found.push({ ...place, message: `${language} never chooses ${group}_${plural}` })
      }
      return found
    }),
}
