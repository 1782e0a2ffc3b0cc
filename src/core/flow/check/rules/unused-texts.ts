import type { Rule } from '../rule.ts'
import { systemTextFamilies, systemTexts } from '../system-texts.ts'
import { entriesOf, languages, placesOf } from '../texts.ts'

/** Parts of a node's texts that the engine may say. */
const parts = /^(?:text|ask|again|heard|saved|pick|changed|options\.[a-z0-9-]+)$/

export const unusedTexts: Rule = {
  id: 'unused-texts',
  about: 'No text stands in the bank that nothing says.',
  check: ({ release, texts }) => {
    const system = new Set<string>(systemTexts)
    return languages.flatMap((language) => {
      const included = new Set(
        entriesOf(texts, language).flatMap(({ text }) =>
          placesOf(text)
            .filter((name) => name.startsWith('part.'))
            .map((name) => `common:${name}`),
        ),
      )
      return entriesOf(texts, language)
        .filter(({ key }) => {
          if (system.has(key) || included.has(key) || systemTextFamilies.some((start) => key.startsWith(start))) return false
          const [flow = '', rest = ''] = key.split(':', 2)
          const dot = rest.indexOf('.')
          const node = release.flows.get(flow)?.nodes[rest.slice(0, dot)]
          return !node || !parts.test(rest.slice(dot + 1))
        })
        .map(({ whole, file, line }) => ({
          file,
          ...(line === undefined ? {} : { line }),
          level: 'warning' as const,
          message: `${whole}: nothing says this`,
        }))
    })
  },
}
