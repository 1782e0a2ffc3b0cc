/** Words that work from everywhere, before the node's own reading. */
import { asksBelow, type Context, closePrompt, draftOf, formOf, inShortForm, nodeAt, say, topFrame } from './context.ts'
import { handOver } from './hand-over.ts'
import type { Command } from './input.ts'
import { keptUntil, missingFields } from './services.ts'
import { ask, interrupt, leaveFrame, openAbove, startRun, tellFormKept } from './walk.ts'

interface Route {
  about: string
  take(context: Context): void
}

const repeatQuestion = (context: Context): void => {
  if (context.state.run && context.state.prompt) ask(context, 'again')
}

const goBack = (context: Context): void => {
  const { run } = context.state
  if (!run) return say(context, 'common:back.first')
  const frame = topFrame(run)
  const previous = frame.trail.pop()
  if (previous !== undefined) {
    frame.node = previous
    frame.tries = 0
    return ask(context, 'ask')
  }
  if (run.frames.length > 1) {
    run.frames.pop()
    // The flow below may stand behind the question that opened this one.
    const below = topFrame(run)
    const opener = nodeAt(context, below.flow, below.node).kind === 'ask' ? below.node : below.trail.pop()
    if (opener !== undefined) {
      below.node = opener
      return ask(context, 'again')
    }
    leaveRun(context)
    return openMenu(context)
  }
  say(context, 'common:back.first')
  ask(context, 'again')
}

const cancel = (context: Context): void => {
  if (inShortForm(context)) return cancelShortForm(context)
  if (formOf(context) && draftOf(context)) {
    const kept = keptUntil(context)
    if (kept) context.params.keptUntil = { kind: 'date', value: kept, style: 'day' }
    if (topFrame(context.state.run ?? failed()).flow === 'cancel') return ask(context, 'again')
    return openAbove(context, 'cancel')
  }
  const wasBusy = context.state.run !== null
  leaveRun(context)
  say(context, wasBusy ? 'common:cancel.left' : 'common:cancel.nothing')
}

/** What was filed stays filed; a question underneath is no part of it and goes on. */
const cancelShortForm = (context: Context): void => {
  const { run } = context.state
  const filed = run !== null && typeof topFrame(run).vars.filed === 'string'
  say(context, filed ? 'common:cancel.filed' : asksBelow(context) ? 'common:cancel.short' : 'common:cancel.left')
  leaveFrame(context)
}

const failed = (): never => {
  throw new Error('a form has a run')
}

/** Leaves the run where it stands; a draft keeps its answers and its place. */
export const leaveRun = (context: Context): void => {
  closePrompt(context)
  context.state.run = null
}

const openMenu = (context: Context): void => {
  tellFormKept(context)
  leaveRun(context)
  startRun(context, 'menu')
}

const stop = (context: Context): void => {
  context.effects.push({ kind: 'set-profile', stopped: true })
  say(context, 'common:stop.done')
}

const speak = (context: Context, language: 'ar' | 'en'): void => {
  context.state.language = language
  context.effects.push({ kind: 'set-profile', language })
  if (context.state.run && context.state.prompt) return ask(context, 'ask')
  say(context, 'common:language.changed')
}

const goodbye = (context: Context): void => {
  const form = formOf(context)
  if (!form || !draftOf(context)) return say(context, 'common:goodbye.plain')
  const missing = missingFields(context, form.flow)
  if (missing.length === 0) return say(context, 'common:goodbye.ready')
  say(context, 'common:goodbye.with-draft', {
    count: { kind: 'number', value: missing.length },
    missing: { kind: 'list', items: missing.slice(0, 4).map((field) => ({ kind: 'text', key: `fields:${field}` })) },
  })
}

const notUnderstood = (context: Context): void => {
  if (context.state.misses > 0) return handOver(context, 'unclear', 'social-research')
  context.state.misses += 1
  if (context.state.run && context.state.prompt) {
    say(context, 'common:explain')
    return ask(context, 'again')
  }
  startRun(context, 'menu')
}

const say1 = (key: `common:${string}`) => (context: Context) => {
  say(context, key)
  repeatQuestion(context)
}

/** Back to a flow that the run holds already. @returns false when it holds none of that name */
export const returnTo = (context: Context, flow: string, part: 'ask' | 'again'): boolean => {
  const { run } = context.state
  const at = run?.frames.findIndex((frame) => frame.flow === flow) ?? -1
  if (!run || at < 0) return false
  run.frames.length = at + 1
  ask(context, part)
  return true
}

/** A flow that the run holds is over, and so is what stands above it. */
export const leaveFlow = (context: Context, flow: string): void => {
  const { run } = context.state
  const at = run?.frames.findIndex((frame) => frame.flow === flow) ?? -1
  if (!run || at < 0) return
  if (at === 0) return leaveRun(context)
  closePrompt(context)
  run.frames.length = at
}

/** Opens a flow above the present one; asked for twice, it is asked again where it is. */
export const openOnce =
  (flow: string) =>
  (context: Context): void => {
    if (!returnTo(context, flow, 'again')) interrupt(context, flow)
  }

/** One typed list: a member for each command. */
export const routes = {
  human: { about: 'Queues for staff; the form stays where it is.', take: (context) => handOver(context, 'asked', 'relations') },
  cancel: { about: 'Asks what is meant; the draft stays.', take: cancel },
  back: { about: 'The question before.', take: goBack },
  menu: { about: 'The main menu; a draft stays.', take: openMenu },
  repeat: {
    about: 'The question once more.',
    take: (context) => (context.state.run && context.state.prompt ? ask(context, 'ask') : say(context, 'common:repeat.nothing')),
  },
  status: { about: 'Where my requests are; a form goes on after it.', take: (context) => openAbove(context, 'status') },
  complaint: { about: 'What happened, filed at once and heard by a person; a form goes on after it.', take: openOnce('complaint') },
  stop: { about: 'No reminders and no general messages.', take: stop },
  start: {
    about: 'Messages again.',
    take: (context) => {
      context.effects.push({ kind: 'set-profile', stopped: false })
      say(context, 'common:start.done')
    },
  },
  arabic: { about: 'Speaks Arabic.', take: (context) => speak(context, 'ar') },
  english: { about: 'Speaks English.', take: (context) => speak(context, 'en') },
  'my-data': { about: 'What is kept and the rights of the person.', take: say1('common:my-data.short') },
  'who-are-you': { about: 'Official name and registration.', take: say1('common:who-are-you') },
  robot: { about: 'Yes, this is automatic.', take: say1('common:robot.yes') },
  'not-understood': { about: 'Other words once, then the social researcher.', take: notUnderstood },
  goodbye: { about: 'Lists what is left before the farewell.', take: goodbye },
  link: { about: 'The same person on another channel, by a one-time address.', take: openOnce('link') },
  unlink: { about: 'Ends the links of this conversation, after one question.', take: openOnce('unlink') },
} as const satisfies Record<Command, Route>

export const takeRoute = (context: Context, command: Command): void => routes[command].take(context)
