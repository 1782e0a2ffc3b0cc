import { reachableFrom } from '../graph.ts'
import type { Rule } from '../rule.ts'

export const reachable: Rule = {
  id: 'reachable',
  about: 'Every node is reached from the start of its flow.',
  check: ({ release }) =>
    [...release.flows.values()].flatMap((flow) => {
      const seen = reachableFrom(flow, flow.start)
      return Object.keys(flow.nodes)
        .filter((id) => !seen.has(id))
        .map((id) => ({ ...release.placeOf('flow', flow.flow, id), message: `${flow.flow}: nothing leads to ${id}` }))
    }),
}
