import type { Finding, Rule } from '../rule.ts'
import { entriesOf, languages, placesOf } from '../texts.ts'

/** What a message cannot do without. */
const needed = ['step', 'total', 'fields', 'statement', 'reference', 'part.declaration']

export const slotLines: Rule = {
  id: 'slot-lines',
  about: 'A line that an open slot would take away holds no question, no count and no reference.',
  check: ({ texts }) =>
    languages.flatMap((language) =>
      entriesOf(texts, language).flatMap(({ text, file, line, whole }): Finding[] =>
        text
          .split('\n')
          .map((one) => ({ places: placesOf(one), asks: /[?\u061f]/.test(one) }))
          .filter(
            ({ places, asks }) => places.some((name) => name.startsWith('slot.')) && (asks || places.some((name) => needed.includes(name))),
          )
          .map(() => ({
            file,
            ...(line === undefined ? {} : { line }),
            message: `${whole}: a slot stands in a line that must not be left out`,
          })),
      ),
    ),
}
