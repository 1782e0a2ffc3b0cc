import type { Flow, Node } from '../../schema.ts'
import { reachableFrom } from '../graph.ts'
import type { Finding, Rule } from '../rule.ts'

const ids = (flow: Flow, is: (node: Node, id: string) => boolean): Set<string> =>
  new Set(Object.entries(flow.nodes).flatMap(([id, node]) => (is(node, id) ? [id] : [])))

const expects = (kind: string) => (node: Node) => node.kind === 'ask' && node.expect.kind === kind

export const formOrder: Rule = {
  id: 'form-order',
  about: 'A form cannot be submitted without its conditions, consent, read-back and declaration, and what is not agreed is not submitted.',
  check: ({ release }) => {
    const found: Finding[] = []
    for (const flow of release.flows.values()) {
      if (!flow.form) continue
      const tell = (id: string, message: string) =>
        found.push({ ...release.placeOf('flow', flow.flow, id), message: `${flow.flow}: ${message}` })
      const submits = ids(flow, (node) => node.kind === 'call' && node.service === 'submit-request')
      const opens = ids(flow, (node) => node.kind === 'call' && node.service === 'open-draft')
      const asked = ids(flow, (node) => node.kind === 'ask' && node.counted)
      const gates: [string, Set<string>][] = [
        ['its conditions (a question called «conditions»)', ids(flow, (node, id) => node.kind === 'ask' && id === 'conditions')],
        ['a read-back', ids(flow, expects('review'))],
        ['a declaration', ids(flow, expects('declaration'))],
        ['opening a draft', opens],
      ]
      for (const [what, gate] of gates) {
        const around = reachableFrom(flow, flow.start, gate)
        for (const submit of submits) if (around.has(submit)) tell(submit, `${submit} is reached without ${what}`)
      }
      const consents = ids(flow, (node) => node.kind === 'do' && node.actions.some((action) => action.do === 'consent' && action.given))
      // An existing draft was opened with consent: the branch that knows it is a gate of its own.
      const known = ids(flow, (node) => node.kind === 'branch' && node.cases.some(({ filled }) => filled === true))
      const unasked = reachableFrom(flow, flow.start, new Set([...consents, ...known]))
      for (const id of asked) if (unasked.has(id)) tell(id, `${id} is asked before consent`)
      for (const id of ids(flow, expects('declaration'))) {
        const node = flow.nodes[id]
        if (node?.kind !== 'ask') continue
        for (const option of ['edit', 'decline']) {
          const to = node.on[option] ?? node.next
          if (to && submits.has(to)) tell(id, `«${option}» of ${id} submits`)
        }
      }
    }
    return found
  },
}
