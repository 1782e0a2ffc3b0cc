import type { Flow, Node } from '../../schema.ts'
import { reachableFrom } from '../graph.ts'
import type { Finding, Rule } from '../rule.ts'

const ids = (flow: Flow, is: (node: Node) => boolean): Set<string> =>
  new Set(Object.entries(flow.nodes).flatMap(([id, node]) => (is(node) ? [id] : [])))

const calls = (service: string) => (node: Node) => node.kind === 'call' && node.service === service

export const shortForms: Rule = {
  id: 'short-forms',
  about: 'A short form files what was answered, and nothing before it; it asks for nothing that only a declared request may ask.',
  check: ({ release }) => {
    const found: Finding[] = []
    for (const flow of release.flows.values()) {
      const tell = (id: string, message: string) =>
        found.push({ ...release.placeOf('flow', flow.flow, id), message: `${flow.flow}: ${message}` })
      const files = ids(flow, calls('file-request'))
      const adds = ids(flow, (node) => calls('add-answers')(node) || (node.kind === 'ask' && node.otherwise !== undefined))
      if (flow.shortForm === undefined) {
        for (const id of [...files, ...adds]) tell(id, `${id} files a short form, and the flow is none`)
        continue
      }
      if (flow.form !== undefined) tell('/form', 'a flow fills a form or is a short one, not both')
      if (files.size === 0) tell('/shortForm', 'a short form that is never filed')
      const answers = ids(flow, (node) => node.kind === 'ask' && node.save !== undefined)
      const unanswered = reachableFrom(flow, flow.start, answers)
      for (const id of files) if (unanswered.has(id)) tell(id, `${id} is reached before anything was answered`)
      const unfiled = reachableFrom(flow, flow.start, files)
      for (const id of adds) if (unfiled.has(id)) tell(id, `${id} adds to what is not filed yet`)
      const consents = ids(flow, (node) => node.kind === 'do' && node.actions.some((action) => action.do === 'consent' && action.given))
      const unasked = reachableFrom(flow, flow.start, consents)
      for (const [id, node] of Object.entries(flow.nodes)) {
        if (node.kind !== 'ask') continue
        if (node.counted && unasked.has(id)) tell(id, `${id} is asked before consent`)
        if (node.sensitive || ['national-id', 'money', 'declaration'].includes(node.expect.kind))
          tell(id, `${id} asks for what a short form has no ground to ask`)
      }
    }
    return found
  },
}
