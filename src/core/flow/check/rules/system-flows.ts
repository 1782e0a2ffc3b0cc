import { systemFlows as needed } from '../../schema.ts'
import type { Rule } from '../rule.ts'

export const systemFlows: Rule = {
  id: 'system-flows',
  about: 'The flows that the engine opens by itself are there.',
  check: ({ release }) =>
    needed.filter((flow) => !release.flows.has(flow)).map((flow) => ({ file: 'flows', message: `the flow «${flow}» is missing` })),
}
