import type { Finding, Rule } from '../rule.ts'

/** Kinds of answer that are always sensitive. */
const alwaysSensitive = ['national-id', 'money']

export const sensitiveBasis: Rule = {
  id: 'sensitive-basis',
  about: 'A sensitive field names the clause or procedure that needs it, and somebody who will not give it here has a way on.',
  check: ({ release }) => {
    const found: Finding[] = []
    for (const flow of release.flows.values()) {
      for (const [id, node] of Object.entries(flow.nodes)) {
        if (node.kind !== 'ask') continue
        const place = release.placeOf('flow', flow.flow, id)
        if (alwaysSensitive.includes(node.expect.kind) && !node.sensitive)
          found.push({ ...place, message: `${flow.flow}: ${id} is sensitive and names no basis` })
        if (!node.sensitive) continue
        const { basis } = node.sensitive
        const clause = /^clause:(.+)$/.exec(basis)?.[1]
        if (clause === undefined && basis !== 'procedure')
          found.push({ ...place, message: `${flow.flow}: ${id} rests on «${basis}», which is neither a clause nor procedure` })
        if (clause !== undefined && !release.clauses.has(clause))
          found.push({ ...place, message: `${flow.flow}: policy.md has no clause ${clause}, on which ${id} rests` })
        if (!node.skippable) found.push({ ...place, message: `${flow.flow}: ${id} is sensitive and cannot be left to staff` })
      }
    }
    return found
  },
}
