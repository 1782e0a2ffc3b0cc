/** Where a person is in a form: «سؤال ٤ من ٩». */
import type { Flow } from '../flow/schema.ts'
import type { Context } from './context.ts'
import { formOf, releaseOf } from './context.ts'
import type { Params } from './effect.ts'

/** Counted questions of a flow in the order of the file. */
export const countedNodes = (flow: Flow): string[] =>
  Object.entries(flow.nodes)
    .filter(([, node]) => node.kind === 'ask' && node.counted)
    .map(([id]) => id)

/**
 * @param node where the person is; a node that is not counted stands for the next counted one.
 * @returns `step` and `total` as params, or nothing for a flow that counts no questions.
 */
export const progressAt = (flow: Flow | undefined, node: string): Params => {
  if (!flow) return {}
  const counted = countedNodes(flow)
  if (counted.length === 0) return {}
  const order = Object.keys(flow.nodes)
  const at = order.indexOf(node)
  const exact = counted.indexOf(node)
  const step = exact >= 0 ? exact : counted.filter((id) => order.indexOf(id) < at).length
  return {
    step: { kind: 'number', value: Math.min(step + 1, counted.length) },
    total: { kind: 'number', value: counted.length },
  }
}

/** Progress of the form underneath, for the texts of interruptions. */
export const formProgress = (context: Context): Params => {
  const form = formOf(context)
  const frame = context.state.run?.frames.find(({ flow }) => flow === form?.flow)
  return form && frame ? progressAt(releaseOf(context).flows.get(form.flow), frame.node) : {}
}
