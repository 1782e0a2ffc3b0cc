/**
 * One input, and all it causes. Synchronous, without clock, chance or I/O, and total over checked flows:
 * the same release, state, input, environment and replies always give the same state and effects.
 */
import { type Context, NeedsReply, openContext, type Releases, type ServiceCall } from './context.ts'
import type { Disposition, Effect } from './effect.ts'
import { hear } from './hear.ts'
import type { Env, Input } from './input.ts'
import { hearForOwner, releaseToBot, replyAsStaff, takeOver, tellAdvance } from './staff.ts'
import type { ConversationState } from './state.ts'
import { fireTimer } from './timers.ts'

export type Turn =
  | {
      kind: 'taken'
      state: ConversationState
      effects: Effect[]
      /** Of every message in the input. */
      disposition: Disposition
    }
  /** `app` fetches the reply and takes the turn again with it appended. */
  | { kind: 'needs'; need: ServiceCall }

/**
 * @param releases newest release, and the pinned one when the state's run pins another
 * @param replies replies of services so far, in the order in which they were needed
 */
export const takeTurn = (releases: Releases, state: ConversationState, input: Input, env: Env, replies: readonly unknown[]): Turn => {
  const context = openContext(releases, state, env, replies)
  try {
    dispatch(context, input)
  } catch (error) {
    if (error instanceof NeedsReply) return { kind: 'needs', need: error.need }
    throw error
  }
  return { kind: 'taken', state: context.state, effects: context.effects, disposition: disposeOf(context) }
}

const dispatch = (context: Context, input: Input): void => {
  switch (input.kind) {
    case 'message-received':
      return context.env.owner.kind === 'staff' ? hearForOwner(context) : hear(context, input)
    case 'timer-fired':
      return fireTimer(context, input.timer, input.subject)
    case 'staff-took-over':
      return takeOver(context, input.staff)
    case 'staff-replied':
      return replyAsStaff(context, input.text)
    case 'staff-released':
      return releaseToBot(context, input.staff)
    case 'request-advanced':
      return tellAdvance(context, input)
    default:
      input satisfies never
  }
}

const disposeOf = (context: Context): Disposition => {
  if (context.noted) return { kind: 'noted', reason: context.noted }
  if (context.env.owner.kind === 'staff' || context.effects.some(({ kind }) => kind === 'hand-over')) return { kind: 'handed-over' }
  const spoke = context.effects.some(({ kind }) => kind === 'say' || kind === 'say-article')
  if (spoke) return { kind: 'answered' }
  return context.state.waiting ? { kind: 'handed-over' } : { kind: 'noted', reason: 'empty' }
}
