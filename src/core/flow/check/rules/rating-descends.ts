import type { Rule } from '../rule.ts'
import { hasText, languages } from '../texts.ts'

export const ratingDescends: Rule = {
  id: 'rating-descends',
  about: 'The number is the score: a scale has words for 5 to 1, and a question with numbered options is no scale.',
  check: ({ release, texts }) => [
    ...languages.flatMap((language) =>
      [5, 4, 3, 2, 1]
        .filter((score) => !hasText(texts, language, `rating:scale.${score}`))
        .map((score) => ({ file: `locales/${language}/rating.yaml`, message: `rating:scale.${score} is missing` })),
    ),
    ...languages.flatMap((language) => {
      const lines = [5, 4, 3, 2, 1].map((score) => texts.entries[language].get(`rating:scale.${score}`)?.line ?? 0)
      const descending = lines.every((line, index) => index === 0 || line > (lines[index - 1] ?? 0))
      return descending ? [] : [{ file: `locales/${language}/rating.yaml`, message: 'the scale does not begin at 5' }]
    }),
    ...[...release.flows.values()].flatMap((flow) =>
      Object.entries(flow.nodes)
        .filter(
          ([, node]) =>
            node.kind === 'ask' &&
            node.expect.kind === 'choice' &&
            node.expect.options.some((option) => /^(?:excellent|good|fair|poor|bad)$/.test(option)),
        )
        .map(([id]) => ({
          ...release.placeOf('flow', flow.flow, id),
          message: `${flow.flow}: ${id} is a rating written as a choice, so 1 would mean the best`,
        })),
    ),
  ],
}
