/** Timers that came due: checked again under the guard of the turn before anything is said. */

import { RequestId } from '../ids.ts'
import { afterQuiet } from '../policy/quiet.ts'
import { riyadhDate } from '../text/dates.ts'
import { type Context, closePrompt, formOf, inShortForm, makeId, releaseOf, say } from './context.ts'
import type { TimerKind } from './input.ts'
import { placeName } from './link-services.ts'
import { progressAt } from './progress.ts'
import { daysAfter } from './services.ts'
import { returnToQueue, tellAbsence } from './staff.ts'
import { newFrame, walk } from './walk.ts'

interface TimerSpec {
  about: string
  fire(context: Context, subject: string): void
}

/** Not now: the same timer, a day later and outside quiet hours. */
const later = (context: Context, timer: TimerKind, subject: string, days = 1): void => {
  const { quiet } = releaseOf(context).association
  context.effects.push({ kind: 'set-timer', timer, subject, dueAt: afterQuiet(quiet, daysAfter(context, days)) })
}

const remindOfDraft = (context: Context, subject: string): void => {
  const { env } = context
  const { draft } = env
  if (!draft || draft.id !== subject || draft.reminded || env.profile.stopped) return
  if (env.owner.kind === 'staff' || context.state.waiting) return later(context, 'draft-reminder', subject)
  const { followUps, quiet } = releaseOf(context).association
  const due = afterQuiet(quiet, new Date(Date.parse(draft.touchedAt) + followUps.draftReminderDays * 86_400_000).toISOString())
  if (due > env.now) {
    // Answers came meanwhile: three days from the last one.
    context.effects.push({ kind: 'set-timer', timer: 'draft-reminder', subject, dueAt: due })
    return
  }
  context.class = 'notice'
  say(context, 'reminder:draft', {
    ...progressAt(releaseOf(context).flows.get(draft.flow), draft.node),
    ...(draft.keptUntil ? { keptUntil: { kind: 'date' as const, value: draft.keptUntil, style: 'day' as const } } : {}),
  })
  context.effects.push({ kind: 'mark-reminded', request: draft.id })
}

const expireDraft = (context: Context, subject: string): void => {
  const { draft } = context.env
  if (!draft || draft.id !== subject) return
  if (draft.keptUntil !== null && riyadhDate(context.env.now) < draft.keptUntil) {
    const due = new Date(`${draft.keptUntil}T00:00:00+03:00`).toISOString()
    context.effects.push({ kind: 'set-timer', timer: 'draft-expiry', subject, dueAt: due })
    return
  }
  context.effects.push({ kind: 'discard-request', request: draft.id, reason: 'retention' })
  context.state.draftExpired = true
  if (context.state.run?.requestId === draft.id) {
    closePrompt(context)
    context.state.run = null
  }
}

const askRating = (context: Context, subject: string): void => {
  const { state, env } = context
  if (env.profile.stopped) return
  if (env.owner.kind === 'staff' || state.waiting || (state.prompt && (formOf(context) || inShortForm(context))))
    return later(context, 'rating', subject)
  const { quiet } = releaseOf(context).association
  const allowed = afterQuiet(quiet, env.now)
  if (allowed > env.now) {
    context.effects.push({ kind: 'set-timer', timer: 'rating', subject, dueAt: allowed })
    return
  }
  closePrompt(context)
  const flow = releaseOf(context).flows.get('rating')
  if (!flow) return
  context.class = 'notice'
  state.run = {
    id: makeId(context),
    release: releaseOf(context).id,
    requestId: RequestId.parse(subject),
    frames: [newFrame('rating', flow.start)],
  }
  walk(context)
}

/** @param subject kind of the channel and id of the link: `telegram/…`. */
const tellLink = (context: Context, subject: string): void => {
  if (context.env.owner.kind === 'staff') {
    // Staff are speaking; it is said when they have finished.
    const dueAt = new Date(Date.parse(context.env.now) + 3_600_000).toISOString()
    context.effects.push({ kind: 'set-timer', timer: 'link-told', subject, dueAt })
    return
  }
  context.class = 'notice'
  say(context, 'common:link.told', { place: placeName(subject.split('/', 1)[0] ?? '') })
}

/** One typed list: a member for each kind of timer. */
const timerSpecs = {
  'draft-reminder': { about: 'One reminder of an unfinished request; names the date until which it is kept.', fire: remindOfDraft },
  'draft-expiry': { about: 'Destroys the answers of a draft at its retention date.', fire: expireDraft },
  rating: { about: 'Asks for two scores some hours after closing.', fire: askRating },
  absence: { about: 'The owner has not answered: one true line.', fire: (context) => tellAbsenceAndWait(context) },
  'owner-return': {
    about: 'Still no answer: back to the queue.',
    fire: (context) => (context.env.owner.kind === 'staff' ? returnToQueue(context) : undefined),
  },
  'link-told': { about: 'Another conversation was linked with this one: said here too, with how to undo it.', fire: tellLink },
} as const satisfies Record<TimerKind, TimerSpec>

const tellAbsenceAndWait = (context: Context): void => {
  if (context.env.owner.kind !== 'staff') return
  tellAbsence(context)
  const { ownerReturnMinutes } = releaseOf(context).association.followUps
  const due = new Date(Date.parse(context.env.now) + ownerReturnMinutes * 60_000).toISOString()
  context.effects.push({ kind: 'set-timer', timer: 'owner-return', subject: 'owner', dueAt: due })
}

export const fireTimer = (context: Context, timer: TimerKind, subject: string): void => timerSpecs[timer].fire(context, subject)
