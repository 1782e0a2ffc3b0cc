/** One turn while it is being taken: a private copy of the state, and the effects so far. */
import type { FlowSet, Node } from '../flow/schema.ts'
import type { ReleaseId, RequestId } from '../ids.ts'
import type { Association } from '../policy/association.ts'
import type { AnswerValue } from '../requests/request.ts'
import type { ShortService } from '../requests/services.ts'
import type { Effect, MessageClass, NotedReason, OptionShown, Params, TextKey } from './effect.ts'
import type { Candidate, Env } from './input.ts'
import type { ConversationState, Frame, Language, Prompt, Run } from './state.ts'

/** What the engine reads of a release. */
export interface EngineRelease {
  id: ReleaseId
  association: Association
  flows: FlowSet
  /** `unfilled`: slots that the answer needs and the association has not given. */
  articles: ReadonlyMap<string, { id: string; questions: string[]; unfilled: string[] }>
  label(language: Language, key: string): string | null
}

/** The flows a turn may walk: the newest, and the one that the present run pins. */
export interface Releases {
  current: EngineRelease
  pinned: EngineRelease | null
}

/** A reply that `app` must fetch before the turn can be decided; the turn is then taken again with it. */
export type ServiceCall =
  | { call: 'reserve-reference' }
  | { call: 'requests-of-contact' }
  | { call: 'queue-ahead' }
  /** Reply: {@link LinkPlaces}. */
  | { call: 'link-places' }
  /** Reply: the one-time address, or null where nothing can be linked. */
  | { call: 'make-link' }
  /** Reply: {@link LinkSight}. */
  | { call: 'read-link'; by: { token: string } | { offer: string } }

/** Thrown inside the engine, caught by `takeTurn`. */
export class NeedsReply extends Error {
  readonly need: ServiceCall
  constructor(need: ServiceCall) {
    super(need.call)
    this.need = need
  }
}

export interface Context {
  readonly releases: Releases
  readonly env: Env
  readonly state: ConversationState
  readonly effects: Effect[]
  /** Answers of the draft as they stand in this turn. */
  answers: Record<string, AnswerValue>
  /** Results of services of this turn, for the texts that follow them. */
  params: Params
  /** Class of what is said next. */
  class: MessageClass
  /** Set when the input needs no reply. */
  noted: NotedReason | null
  readonly replies: readonly unknown[]
  counters: { id: number; reply: number }
}

export const openContext = (releases: Releases, state: ConversationState, env: Env, replies: readonly unknown[]): Context => {
  // A state is JSON by construction; this copies it in a fifth of structuredClone's time.
  const copy = JSON.parse(JSON.stringify(state)) as ConversationState
  if (env.profile.language) copy.language = env.profile.language
  return {
    releases,
    env,
    state: copy,
    effects: [],
    answers: { ...env.draft?.answers },
    params: {},
    class: 'reply',
    noted: null,
    replies,
    counters: { id: 0, reply: 0 },
  }
}

/** @returns an id that replay makes again: the turn's seed with a counter in its last digits. */
export const makeId = (context: Context): string => {
  context.counters.id += 1
  const tail = (0xffff & context.counters.id).toString(16).padStart(4, '0')
  return context.env.seed.slice(0, -4) + tail
}

/** The reply to a service call, or a stop until `app` has fetched it. */
export const takeReply = (context: Context, need: ServiceCall): unknown => {
  if (context.counters.reply >= context.replies.length) throw new NeedsReply(need)
  const reply = context.replies[context.counters.reply]
  context.counters.reply += 1
  return reply
}

export const releaseOf = (context: Context): EngineRelease => {
  const { run } = context.state
  const { current, pinned } = context.releases
  return run && pinned && run.release === pinned.id ? pinned : current
}

export const topFrame = (run: Run): Frame => {
  const frame = run.frames.at(-1)
  if (!frame) throw new Error('a run has at least one frame')
  return frame
}

/** Node of a flow of the release in force; the checker proved that it exists. */
export const nodeAt = (context: Context, flow: string, node: string): Node => {
  const found = releaseOf(context).flows.get(flow)?.nodes[node]
  if (!found) throw new Error(`no node ${flow}:${node} in release ${releaseOf(context).id}`)
  return found
}

export interface PromptShown {
  flow: string
  node: string
  options: OptionShown[]
  layout?: 'list' | 'scale'
  /** About something else than the question that stands open at this node, though its options are the same. */
  other?: true
}

/** Says a text of the bank. With `prompt` it becomes the one open question; one asked again stays the same question. */
export const say = (context: Context, key: TextKey, params: Params = {}, prompt: PromptShown | null = null): void => {
  let shown: { id: string; options: OptionShown[]; layout: 'list' | 'scale' } | null = null
  if (prompt) {
    const id = isAskedAgain(context.state.prompt, prompt) ? context.state.prompt.id : makeId(context)
    context.state.prompt = {
      id,
      flow: prompt.flow,
      node: prompt.node,
      options: prompt.options.map(({ id: option, n }) => ({ id: option, n })),
      at: context.env.now,
    }
    shown = { id, options: prompt.options, layout: prompt.layout ?? 'list' }
  }
  context.effects.push({
    kind: 'say',
    release: voiceOf(context, key).id,
    language: context.state.language,
    key,
    params,
    class: context.class,
    prompt: shown,
  })
}

/** Whoever presses a button of an earlier copy has answered: whoever is slow, or pressed twice, would else be asked for ever. */
const isAskedAgain = (open: Prompt | null, { flow, node, options, other }: PromptShown): open is Prompt =>
  open?.flow === flow &&
  open.node === node &&
  other !== true &&
  open.options.length === options.length &&
  open.options.every(({ id, n }, at) => options[at]?.id === id && options[at].n === n)

/** The release in force, or the newest for a text that is younger than it. */
const voiceOf = (context: Context, key: TextKey): EngineRelease => {
  const release = releaseOf(context)
  const { current } = context.releases
  const { language } = context.state
  return release === current || release.label(language, key) !== null || current.label(language, key) === null ? release : current
}

/** The open question is no longer waited for; a late press on it is recognised as stale. */
export const closePrompt = (context: Context): void => {
  context.state.prompt = null
}

/** Form that the run fills, if it fills one. */
export const formOf = (context: Context): { flow: string; service: string } | null => {
  const { run } = context.state
  if (!run) return null
  for (const frame of run.frames) {
    const form = releaseOf(context).flows.get(frame.flow)?.form
    if (form) return { flow: frame.flow, service: form }
  }
  return null
}

/** Service that a flow files in a few words, if it is a short form. */
export const shortFormOf = (context: Context, flow: string): ShortService | null => releaseOf(context).flows.get(flow)?.shortForm ?? null

/** A short form on top of the run. */
export const inShortForm = (context: Context): boolean => {
  const frame = context.state.run?.frames.at(-1)
  return frame !== undefined && shortFormOf(context, frame.flow) !== null
}

/** Underneath stands a question that will be asked again. */
export const asksBelow = (context: Context): boolean =>
  context.state.run?.frames.slice(0, -1).some(({ flow, node }) => nodeAt(context, flow, node).kind === 'ask') ?? false

/** The run holds the flow that was asked for: underneath, or on top. */
export const isFlowOpen = ({ state: { run } }: Context, asked: Candidate | undefined): boolean =>
  asked?.kind === 'flow' && (run?.frames.some(({ flow }) => flow === asked.id) ?? false)

/** What the questions of a frame read and write: the answers of the draft, or of the short form itself. */
export const answersOf = (context: Context, frame: Frame): Record<string, AnswerValue> => {
  if (shortFormOf(context, frame.flow) === null) return context.answers
  frame.answers ??= {}
  return frame.answers
}

/** Draft of the run, when it has begun. */
export const draftOf = (context: Context): RequestId | null => context.state.run?.requestId ?? null
