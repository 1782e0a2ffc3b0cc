import { edgesOf, reachableFrom } from '../graph.ts'
import type { Finding, Rule } from '../rule.ts'

export const canEnd: Rule = {
  id: 'can-end',
  about: 'From every node an end can be reached, and no walk goes round without a question.',
  check: ({ release }) => {
    const found: Finding[] = []
    for (const flow of release.flows.values()) {
      const asks = new Set(Object.entries(flow.nodes).flatMap(([id, node]) => (node.kind === 'ask' ? [id] : [])))
      for (const [id, node] of Object.entries(flow.nodes)) {
        const place = release.placeOf('flow', flow.flow, id)
        const onward = reachableFrom(flow, id)
        if (![...onward].some((to) => flow.nodes[to]?.kind === 'end'))
          found.push({ ...place, message: `${flow.flow}: ${id} is a dead end` })
        const silent = node.kind === 'ask' ? [] : edgesOf(node).flatMap(({ to }) => [...reachableFrom(flow, to, asks)])
        if (silent.includes(id)) found.push({ ...place, message: `${flow.flow}: ${id} comes round to itself without a question` })
      }
    }
    return found
  },
}
