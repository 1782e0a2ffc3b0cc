import type { Flow } from '../../schema.ts'
import { edgesOf, optionsOf } from '../graph.ts'
import type { Rule } from '../rule.ts'

/** Whether a node destroys answers, before anything else is asked. */
const destroys = (flow: Flow, id: string, seen = new Set<string>()): boolean => {
  const node = flow.nodes[id]
  if (!node || seen.has(id)) return false
  seen.add(id)
  if (node.kind === 'end') return node.outcome === 'discard' || node.outcome === 'restart'
  if (node.kind === 'call' && node.service === 'discard-draft') return true
  return node.kind !== 'ask' && edgesOf(node).some(({ to }) => destroys(flow, to, seen))
}

export const destructiveLast: Rule = {
  id: 'destructive-last',
  about: 'The first option never deletes anything, what deletes asks once more, and a human is the last row of the menu.',
  check: ({ release }) =>
    [...release.flows.values()].flatMap((flow) =>
      Object.entries(flow.nodes).flatMap(([id, node]) => {
        if (node.kind !== 'ask') return []
        const options = optionsOf(node)
        const target = (option: string | undefined) => (option === undefined ? undefined : (node.on[option] ?? node.next))
        const place = release.placeOf('flow', flow.flow, id)
        const first = target(options[0])
        if (first && destroys(flow, first)) return [{ ...place, message: `${flow.flow}: the first option of ${id} deletes` }]
        if (flow.flow === 'menu' && options.includes('human') && options.at(-1) !== 'human') {
          return [{ ...place, message: 'menu: a human is the last row' }]
        }
        return []
      }),
    ),
}
