/** Inputs of staff, and what a person hears while staff own the conversation. */

import { addWorkingMinutes } from '../policy/office.ts'
import { afterQuiet } from '../policy/quiet.ts'
import { serviceOf, stageSpecOf } from '../requests/services.ts'
import { type Context, formOf, releaseOf, say } from './context.ts'
import type { Input } from './input.ts'
import { statusOf } from './status.ts'
import { ask, openAbove } from './walk.ts'

export const takeOver = (context: Context, staff: { name: string }): void => {
  const { state } = context
  state.waiting = null
  state.absenceTold = false
  state.absencePending = false
  context.class = 'notice'
  context.effects.push({ kind: 'take-over' })
  say(context, 'common:staff.joined', { name: { kind: 'quote', value: staff.name } })
}

export const replyAsStaff = (context: Context, text: string): void => {
  clearAbsence(context)
  context.class = 'staff'
  context.effects.push({ kind: 'say-staff', text })
}

const clearAbsence = (context: Context): void => {
  const { state } = context
  if (state.absencePending || state.absenceTold) {
    context.effects.push({ kind: 'clear-timer', timer: 'absence', subject: 'owner' })
    context.effects.push({ kind: 'clear-timer', timer: 'owner-return', subject: 'owner' })
  }
  state.absencePending = false
  state.absenceTold = false
}

/** Back to the bot, announced; a form goes on at the same step. */
export const releaseToBot = (context: Context, staff: { name: string }): void => {
  clearAbsence(context)
  context.effects.push({ kind: 'release', queue: false })
  context.state.misses = 0
  const { run } = context.state
  if (run && formOf(context) && run.requestId && context.env.draft?.id === run.requestId) {
    return openAbove(context, 'hand-back', { staff: staff.name })
  }
  if (run && context.state.prompt) {
    say(context, 'common:staff.left', { name: { kind: 'quote', value: staff.name } })
    return ask(context, 'again')
  }
  say(context, 'common:staff.left', { name: { kind: 'quote', value: staff.name } })
}

/**
 * Staff own: nothing is answered. When the owner is away, or has not answered within the association's
 * interval, one true line leaves per silence; in the end the conversation returns to the queue.
 */
export const hearForOwner = (context: Context): void => {
  const { state, env } = context
  state.lastHeard = env.now
  if (env.owner.kind !== 'staff' || state.absencePending || state.absenceTold) return
  const { association } = releaseOf(context)
  const { absenceMinutes, ownerReturnMinutes } = association.followUps
  if (env.office.open) {
    state.absencePending = true
    context.effects.push({
      kind: 'set-timer',
      timer: 'absence',
      subject: 'owner',
      dueAt: addWorkingMinutes(association.hours, env.now, absenceMinutes),
    })
    return
  }
  tellAbsence(context)
  context.effects.push({
    kind: 'set-timer',
    timer: 'owner-return',
    subject: 'owner',
    dueAt: addWorkingMinutes(association.hours, env.now, ownerReturnMinutes),
  })
}

export const tellAbsence = (context: Context): void => {
  const { state, env } = context
  if (env.owner.kind !== 'staff' || state.absenceTold) return
  state.absenceTold = true
  state.absencePending = false
  context.class = 'notice'
  const name = { kind: 'quote' as const, value: env.owner.name }
  if (env.office.open) return say(context, 'common:staff.busy', { name })
  if (env.office.changesAt === null) return say(context, 'common:staff.returns-unknown', { name })
  say(context, 'common:staff.returns', { name, moment: { kind: 'moment', value: env.office.changesAt } })
}

/** The second interval passed without a word: back to the queue, the person is told, the bot serves again. */
export const returnToQueue = (context: Context): void => {
  const { state, env } = context
  state.absenceTold = false
  state.absencePending = false
  state.waiting = { reason: 'owner-absent', since: env.now }
  context.effects.push({ kind: 'release', queue: true })
  context.class = 'notice'
  say(context, 'common:staff.back-in-queue')
}

/** A request moved: told without being asked; a rating some hours after closing. */
export const tellAdvance = (context: Context, input: Extract<Input, { kind: 'request-advanced' }>): void => {
  const { request, from } = input
  const { association } = releaseOf(context)
  context.class = 'push'
  if (!stageSpecOf(request.service, request.stage).told || request.silent) return
  const status = statusOf(request, 'push', context.env.now)
  say(context, status.key, status.params)
  if (serviceOf(request.service).rated && request.stage === 'closed' && from !== 'not-accepted') {
    const due = new Date(Date.parse(context.env.now) + association.followUps.ratingHours * 3_600_000).toISOString()
    context.effects.push({ kind: 'set-timer', timer: 'rating', subject: request.id, dueAt: afterQuiet(association.quiet, due) })
  }
}
