import type { Node } from '../../schema.ts'
import { optionsOf } from '../graph.ts'
import type { Finding, Rule } from '../rule.ts'
import { systemTexts } from '../system-texts.ts'
import { hasText, languages } from '../texts.ts'

/** Parts that the texts of a node must have. */
const partsOf = (node: Node): string[] => {
  switch (node.kind) {
    case 'say':
      return ['text']
    case 'ask':
      return [
        'ask',
        'again',
        ...optionsOf(node).map((option) => `options.${option}`),
        ...(node.expect.kind === 'review' ? ['pick'] : []),
        ...(node.otherwise === undefined ? [] : ['heard']),
      ]
    case 'do':
      // What was agreed to, as the consent keeps it.
      return node.actions.some((action) => action.do === 'consent') ? ['text'] : []
    case 'branch':
    case 'call':
    case 'open':
    case 'hand-over':
    case 'end':
      return []
    default:
      node satisfies never
      return []
  }
}

export const textsExist: Rule = {
  id: 'texts-exist',
  about: 'Every node, option, field and moment of the engine has its text in every language.',
  check: ({ release, texts }) => {
    const found: Finding[] = []
    for (const language of languages) {
      for (const flow of release.flows.values()) {
        for (const [id, node] of Object.entries(flow.nodes)) {
          const keys = partsOf(node).map((part) => `${flow.flow}:${id}.${part}`)
          if (node.kind === 'ask' && (flow.form || flow.shortForm))
            keys.push(...[node.save, node.otherwise].flatMap((field) => (field === undefined ? [] : [`fields:${field}`])))
          for (const key of keys) {
            if (!hasText(texts, language, key))
              found.push({ ...release.placeOf('flow', flow.flow, id), message: `${key} has no text in ${language}` })
          }
        }
      }
      for (const key of systemTexts) {
        if (!hasText(texts, language, key))
          found.push({ file: `locales/${language}/${key.slice(0, key.indexOf(':'))}.yaml`, message: `${key} is missing` })
      }
    }
    return found
  },
}
