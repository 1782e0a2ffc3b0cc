import type { Finding, Rule } from '../rule.ts'
import { entriesOf, languages } from '../texts.ts'

export const genderVariants: Rule = {
  id: 'gender-variants',
  about: 'A text with a form for one gender has the other and the neutral one, in the same plural forms.',
  check: ({ texts }) =>
    languages.flatMap((language) => {
      const entries = entriesOf(texts, language)
      const found: Finding[] = []
      for (const { key, gender, plural, file, line, whole } of entries) {
        if (gender === null) continue
        const end = plural ? `_${plural}` : ''
        const needed = [`${key}${end}`, `${key}_male${end}`, `${key}_female${end}`]
        const missing = needed.filter((name) => !entries.some((entry) => entry.whole === name))
        if (missing.length > 0)
          found.push({ file, ...(line === undefined ? {} : { line }), message: `${whole} needs ${missing.join(' and ')}` })
      }
      return found
    }),
}
