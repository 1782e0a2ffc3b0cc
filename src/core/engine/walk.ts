/** Moves through the nodes of a flow until a question waits or the run ends. */
import type { Node, NodeAction } from '../flow/schema.ts'
import { answersOf, type Context, closePrompt, draftOf, formOf, makeId, nodeAt, releaseOf, say, shortFormOf, topFrame } from './context.ts'
import type { Params, TextKey } from './effect.ts'
import { expectSpecs } from './expect/specs.ts'
import { handOver } from './hand-over.ts'
import { formProgress, progressAt } from './progress.ts'
import { callService, discardDraft, keptUntil } from './services.ts'
import type { Frame } from './state.ts'

/** More nodes than this without a question is a loop that the checker should have refused. */
const longestWalk = 200

type AskNode = Extract<Node, { kind: 'ask' }>

export const newFrame = (flow: string, node: string): Frame => ({ flow, node, trail: [], tries: 0, vars: {}, returnTo: null })

/** Starts a run at the beginning of a flow, in place of the present one. */
export const startRun = (context: Context, flow: string, vars: Frame['vars'] = {}): void => {
  closePrompt(context)
  context.state.run = null
  const definition = releaseOf(context).flows.get(flow)
  if (!definition) throw new Error(`no flow ${flow} in release ${releaseOf(context).id}`)
  const id = makeId(context)
  context.state.run = {
    id,
    release: releaseOf(context).id,
    requestId: null,
    frames: [{ ...newFrame(flow, definition.start), vars }],
  }
  walk(context)
}

/** Opens a flow above the present one; the one below goes on when it ends. */
export const openAbove = (context: Context, flow: string, vars: Frame['vars'] = {}): void => {
  const { run } = context.state
  if (!run) return startRun(context, flow, vars)
  const definition = releaseOf(context).flows.get(flow)
  if (!definition) throw new Error(`no flow ${flow} in release ${run.release}`)
  run.frames.push({ ...newFrame(flow, definition.start), vars })
  walk(context)
}

/** Opens a flow above the present run, or in its place when the release that the run pins is older than the flow. */
export const interrupt = (context: Context, flow: string, vars: Frame['vars'] = {}): void => {
  if (releaseOf(context).flows.has(flow)) return openAbove(context, flow, vars)
  tellFormKept(context)
  startRun(context, flow, vars)
}

/** Before a form is left for something else: where it is kept. */
export const tellFormKept = (context: Context): void => {
  if (formOf(context) && draftOf(context)) say(context, 'common:menu.form-kept', formProgress(context))
}

/** Walks from the top frame's node until a question is open or nothing is left. */
export const walk = (context: Context): void => {
  for (let steps = 0; steps < longestWalk; steps += 1) {
    const { run } = context.state
    if (!run) return
    const frame = topFrame(run)
    const node = nodeAt(context, frame.flow, frame.node)
    switch (node.kind) {
      case 'say':
        say(context, `${frame.flow}:${frame.node}.text`, textParams(context, frame))
        for (const action of node.actions) act(context, action, frame)
        frame.node = node.next
        break
      case 'do':
        for (const action of node.actions) act(context, action, frame)
        frame.node = node.next
        break
      case 'branch':
        frame.node = chooseBranch(context, frame, node)
        break
      case 'call': {
        const outcome = callService(context, frame, node)
        const to = node.on[outcome]
        if (!to) throw new Error(`${frame.flow}:${frame.node} has no way on for «${outcome}»`)
        frame.node = to
        break
      }
      case 'open': {
        frame.node = node.next
        const definition = releaseOf(context).flows.get(node.flow)
        if (!definition) throw new Error(`no flow ${node.flow}`)
        run.frames.push(newFrame(node.flow, definition.start))
        break
      }
      case 'hand-over':
        handOver(context, node.reason, node.role)
        frame.node = node.next
        break
      case 'end':
        if (endFrame(context, node.outcome)) return
        break
      case 'ask':
        if (!skipAnswered(context, frame, node)) return ask(context, 'ask')
        break
      default:
        node satisfies never
    }
  }
  throw new Error('a walk without end')
}

/** Asks the question of the top frame. `again` is the short form after an interruption or a failed try. */
export const ask = (context: Context, part: 'ask' | 'again'): void => {
  const { run } = context.state
  if (!run) return
  const frame = topFrame(run)
  const node = nodeAt(context, frame.flow, frame.node)
  if (node.kind !== 'ask') return walk(context)
  const spec = expectSpecs[node.expect.kind]
  delete frame.vars.mode
  delete frame.vars.pending
  const changed = node.expect.kind === 'review' && part === 'ask' && frame.vars.changed !== undefined
  const key: TextKey = `${frame.flow}:${frame.node}.${changed ? 'changed' : part}`
  say(
    context,
    key,
    { ...textParams(context, frame), ...spec.params(context, frame, node) },
    { flow: frame.flow, node: frame.node, options: spec.options(context, frame, node), layout: spec.layout },
  )
  const request = draftOf(context)
  const form = releaseOf(context).flows.get(frame.flow)?.form
  if (request && form) context.effects.push({ kind: 'mark-position', request, flow: frame.flow, node: frame.node })
}

/** Moves the top frame on from its question, by the option that was chosen if it leads somewhere. */
export const moveOn = (context: Context, frame: Frame, node: AskNode, option: string | null): void => {
  closePrompt(context)
  frame.tries = 0
  delete frame.vars.mode
  delete frame.vars.pending
  const branch = option === null ? undefined : node.on[option]
  frame.trail = [...frame.trail.filter((id) => id !== frame.node), frame.node]
  if (frame.returnTo !== null && branch === undefined) {
    frame.node = frame.returnTo
    frame.returnTo = null
  } else {
    const next = branch ?? node.next
    if (!next) throw new Error(`${frame.flow}:${frame.node} leads nowhere`)
    frame.node = next
  }
  walk(context)
}

const textParams = (context: Context, frame: Frame) => ({
  ...keptParams(context),
  ...formProgress(context),
  ...progressAt(releaseOf(context).flows.get(frame.flow), frame.node),
  ...frameParams(frame),
  ...context.params,
})

/** Date until which the draft is kept: every text that leaves a form may name it. */
const keptParams = (context: Context): Params => {
  if (!draftOf(context) && !context.env.draft) return {}
  const kept = keptUntil(context)
  return kept ? { keptUntil: { kind: 'date', value: kept, style: 'day' } } : {}
}

/** What a frame remembers for itself, and no text may say. */
const hiddenVars: ReadonlySet<string> = new Set(['pending', 'mode', 'filed', 'token', 'offer'])

const frameParams = (frame: Frame) =>
  Object.fromEntries(
    Object.entries(frame.vars)
      .filter(([name, value]) => !hiddenVars.has(name) && value !== null)
      .map(([name, value]) => [
        name,
        typeof value === 'number' ? { kind: 'number' as const, value } : { kind: 'quote' as const, value: String(value) },
      ]),
  )

/** What is known is not asked twice; going back and correcting ask all the same (they call `ask`). */
const skipAnswered = (context: Context, frame: Frame, node: AskNode): boolean => {
  const kept = draftOf(context) !== null || shortFormOf(context, frame.flow) !== null
  const answered = node.save !== undefined && kept && answersOf(context, frame)[node.save] !== undefined
  if (!answered || frame.returnTo !== null || node.next === undefined) return false
  frame.trail = [...frame.trail.filter((id) => id !== frame.node), frame.node]
  frame.node = node.next
  return true
}

const chooseBranch = (context: Context, frame: Frame, node: Extract<Node, { kind: 'branch' }>): string => {
  for (const { field, var: name, is, filled, next } of node.cases) {
    const answer = field === undefined ? undefined : answersOf(context, frame)[field]
    const value =
      field === undefined
        ? name === undefined
          ? undefined
          : readVar(context, frame, name)
        : answer && 'value' in answer
          ? answer.value
          : undefined
    const present = field === undefined ? value !== undefined && value !== null : answer !== undefined
    if (filled !== undefined ? filled === present : value === is) return next
  }
  return node.else
}

/** `gender` and `name` are the person's, wherever they were learned; `channel` is how they write. */
const readVar = ({ env }: Context, frame: Frame, name: string) => {
  if (name === 'gender' || name === 'name') return env.profile[name]
  return name === 'channel' ? env.channel.kind : frame.vars[name]
}

const act = (context: Context, action: NodeAction, frame: Frame): void => {
  switch (action.do) {
    case 'consent':
      context.effects.push({ kind: 'consent', purpose: action.purpose, given: action.given, text: `${frame.flow}:${frame.node}.text` })
      return
    case 'set-gender':
      context.effects.push({ kind: 'set-profile', gender: action.gender })
      return
    case 'set-language':
      context.state.language = action.language
      context.effects.push({ kind: 'set-profile', language: action.language })
      return
    case 'stop-messages':
      context.effects.push({ kind: 'set-profile', stopped: action.stopped })
      return
    default:
      action satisfies never
  }
}

/** Leaves the top frame; what stands below it goes on. */
export const leaveFrame = (context: Context): void => {
  closePrompt(context)
  if (!endFrame(context, 'done')) walk(context)
}

/** @returns true when nothing is left to walk. */
const endFrame = (context: Context, outcome: Extract<Node, { kind: 'end' }>['outcome']): boolean => {
  const { run } = context.state
  if (!run) return true
  run.frames.pop()
  const below = run.frames.at(-1)
  switch (outcome) {
    case 'done':
      if (!below) context.state.run = null
      else if (nodeAt(context, below.flow, below.node).kind === 'ask') ask(context, 'again')
      else return false
      return true
    case 'resume':
      // «طلبي» above the menu: what goes on is the draft, not the menu.
      if (below && (formOf(context) || !context.env.draft)) ask(context, 'ask')
      else {
        context.state.run = null
        reopenDraft(context)
      }
      return true
    case 'leave':
      context.state.run = null
      return true
    case 'menu':
      context.state.run = null
      startRun(context, 'menu')
      return true
    case 'discard':
    case 'restart': {
      discardDraft(context)
      context.state.run = null
      if (outcome === 'restart' && below) startRun(context, below.flow)
      return true
    }
    default:
      outcome satisfies never
      return true
  }
}

/** Opens the form of the draft at the place where the person stopped. @returns false without such a draft. */
export const placeDraft = (context: Context): boolean => {
  const { draft } = context.env
  if (!draft || !releaseOf(context).flows.get(draft.flow)?.nodes[draft.node]) return false
  closePrompt(context)
  context.state.run = {
    id: makeId(context),
    release: releaseOf(context).id,
    requestId: draft.id,
    frames: [newFrame(draft.flow, draft.node)],
  }
  return true
}

const reopenDraft = (context: Context): void => {
  if (placeDraft(context)) ask(context, 'ask')
}
