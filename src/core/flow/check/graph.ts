/** A flow as a graph: where each node may lead. */
import type { Flow, Node } from '../schema.ts'

export interface Edge {
  /** Where in the node it is written: `next`, `on.agree`, `else`. */
  at: string
  to: string
}

/** @returns every way on from a node; none for an end. */
export const edgesOf = (node: Node): Edge[] => {
  switch (node.kind) {
    case 'say':
    case 'do':
    case 'open':
    case 'hand-over':
      return [{ at: 'next', to: node.next }]
    case 'ask':
      return [
        ...Object.entries(node.on).map(([option, to]) => ({ at: `on/${option}`, to })),
        ...(node.next ? [{ at: 'next', to: node.next }] : []),
      ]
    case 'branch':
      return [...node.cases.map(({ next }, index) => ({ at: `cases/${index}`, to: next })), { at: 'else', to: node.else }]
    case 'call':
      return Object.entries(node.on).map(([outcome, to]) => ({ at: `on/${outcome}`, to }))
    case 'end':
      return []
    default:
      node satisfies never
      return []
  }
}

/** Ids reachable from a node (itself included) without passing through any of `without`. */
export const reachableFrom = (flow: Flow, start: string, without: ReadonlySet<string> = new Set()): Set<string> => {
  const seen = new Set<string>()
  const todo = [start]
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    const node = flow.nodes[id]
    if (!node || seen.has(id) || without.has(id)) continue
    seen.add(id)
    todo.push(...edgesOf(node).map(({ to }) => to))
  }
  return seen
}

/** Option ids that a question shows, in their order. */
export const optionsOf = (node: Extract<Node, { kind: 'ask' }>): readonly string[] => {
  switch (node.expect.kind) {
    case 'choice':
    case 'money':
      return node.expect.options
    case 'review':
      return ['yes', 'edit']
    case 'declaration':
      return ['agree', 'edit', 'decline']
    default:
      return []
  }
}
