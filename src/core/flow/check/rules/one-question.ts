import type { Rule } from '../rule.ts'
import { entriesOf, languages } from '../texts.ts'

export const oneQuestion: Rule = {
  id: 'one-question',
  about: 'A message asks one question; only a read-back may ask two.',
  check: ({ texts }) =>
    languages.flatMap((language) =>
      entriesOf(texts, language)
        .filter(({ key, text }) => (text.match(/[?\u061f]/g)?.length ?? 0) > (/:review\./.test(key) ? 2 : 1))
        .map(({ file, line, whole }) => ({
          file,
          ...(line === undefined ? {} : { line }),
          message: `${whole} asks more than one question`,
        })),
    ),
}
