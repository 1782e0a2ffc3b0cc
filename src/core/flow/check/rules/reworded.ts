import type { Rule } from '../rule.ts'
import { entriesOf, languages } from '../texts.ts'

export const reworded: Rule = {
  id: 'reworded',
  about: 'What is asked again is asked in other words.',
  check: ({ texts }) =>
    languages.flatMap((language) =>
      entriesOf(texts, language).flatMap(({ whole, text, file, line }) => {
        const first = whole.endsWith('.again')
          ? whole.replace(/again$/, 'ask')
          : whole.endsWith('-again')
            ? whole.replace(/-again$/, '')
            : null
        return first !== null && texts.entries[language].get(first)?.text === text
          ? [{ file, ...(line === undefined ? {} : { line }), message: `${whole} repeats ${first} word for word` }]
          : []
      }),
    ),
}
