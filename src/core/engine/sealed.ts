/** Spans that staff do not read in the transcript: what was said stands in the record that it made. */
import { services } from '../requests/services.ts'
import type { Releases } from './context.ts'
import type { Env, Input } from './input.ts'
import type { ConversationState } from './state.ts'

/**
 * A rating with its comment, from the question that opens it on; a complaint, from the message that brought it to
 * the last question about it. What is said to staff who own the conversation is theirs to read.
 * @param states before and after the turn
 */
export const sealedSpanOf = (
  releases: Releases,
  input: Input,
  env: Env,
  states: readonly ConversationState[],
): 'rating' | 'complaint' | null => {
  if (states.some(({ run }) => run?.frames[0]?.flow === 'rating')) return 'rating'
  if (input.kind !== 'message-received' || env.owner.kind === 'staff') return null
  return states.some(({ run }) => run?.frames.some(({ flow }) => isSealed(releases, flow))) ? 'complaint' : null
}

const isSealed = ({ pinned, current }: Releases, flow: string): boolean => {
  const service = (pinned?.flows.get(flow) ?? current.flows.get(flow))?.shortForm
  return service !== undefined && services[service].sealed
}
