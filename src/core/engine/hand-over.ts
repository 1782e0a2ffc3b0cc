/** Bot to staff: said truthfully, whatever the hour. The bot goes on serving until a person's first act. */
import { z } from 'zod'
import { type Context, formOf, inShortForm, releaseOf, say, takeReply } from './context.ts'
import type { HandoverReason, Params, TextKey } from './effect.ts'
import { formProgress } from './progress.ts'

/** Which role answers what; the association's own list decides who that is. */
const roleOf = (context: Context, wanted: string): string => {
  const roles = releaseOf(context).association.roles
  return (roles.find(({ id }) => id === wanted) ?? roles[0])?.id ?? wanted
}

/** A task for staff that needs no words now. */
export const queueForStaff = (context: Context, reason: HandoverReason, role: string): void => {
  context.state.waiting ??= { reason, since: context.env.now }
  context.effects.push({ kind: 'hand-over', reason, role: roleOf(context, role) })
}

/**
 * Queues the conversation for staff and says who answers and when. While the person already waits,
 * only that is said: no second place in the queue, no false promise.
 * @param reason decides the words; `role` a role id of the association.
 */
export const handOver = (context: Context, reason: HandoverReason, role: string): void => {
  const { state, env } = context
  const to = roleOf(context, role)
  const params: Params = { role: { kind: 'text', key: `association:role.${to}` }, ...formProgress(context) }
  if (env.office.changesAt) params.until = { kind: 'moment', value: env.office.changesAt }
  const alreadyWaiting = state.waiting !== null
  if (env.office.open)
    params.count = {
      kind: 'number',
      value: z
        .number()
        .int()
        .nonnegative()
        .parse(takeReply(context, { call: 'queue-ahead' })),
    }
  if (!alreadyWaiting) state.waiting = { reason, since: env.now }
  context.effects.push({ kind: 'hand-over', reason, role: to })
  const when = env.office.open ? 'queue' : env.office.changesAt === null ? 'unknown-hours' : 'closed'
  const key: TextKey = alreadyWaiting && reason === 'asked' ? `common:handover.already.${when}` : `common:handover.${reason}.${when}`
  say(context, key, params)
  if (formOf(context) && context.state.run?.requestId && !inShortForm(context)) say(context, 'common:handover.form-kept', params)
}
