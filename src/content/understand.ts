/** The understanding of one release: its articles and the phrases that open its flows. */
import type { Understanding } from '../core/engine/input.ts'
import { buildMatcher } from '../core/knowledge/matcher.ts'
import { understand } from '../core/knowledge/understand.ts'
import { isSentence } from '../core/text/language.ts'
import { normalise } from '../core/text/normalise.ts'
import type { Release } from '../ports/content.ts'

/** Builds the matcher once. The language of a message counts from its first full sentence, not from «PDF» or «MSK-1042». */
export const openUnderstanding = (release: Release): ((text: string) => Understanding) => {
  const matcher = buildMatcher(
    [
      ...[...release.articles.values()].map(({ id, questions }) => ({ kind: 'article' as const, id, phrasings: questions })),
      ...[...release.flows.values()]
        .filter(({ opens }) => opens.length > 0)
        .map(({ flow, opens }) => ({ kind: 'flow' as const, id: flow, phrasings: opens })),
    ],
    release.id,
  )
  return (text) => {
    const understanding = understand(matcher, text)
    if (understanding.language === null || isSentence(normalise(text))) return understanding
    return { ...understanding, language: null }
  }
}
