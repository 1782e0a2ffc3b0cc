/** A loaded conversation and an input become a turn ready to be written. */

import type { Releases, ServiceCall } from '../core/engine/context.ts'
import type { Effect } from '../core/engine/effect.ts'
import type { Env, Input } from '../core/engine/input.ts'
import { sealedSpanOf } from '../core/engine/sealed.ts'
import { takeTurn } from '../core/engine/take-turn.ts'
import { addDays, riyadhDate } from '../core/text/dates.ts'
import type { InboxRow, Loaded, OutboxRow, RareWrites, TurnCommit } from '../ports/turn-store.ts'
import { answerLinks } from './links.ts'
import { currentOffice } from './office-hours.ts'
import { toRareWrites } from './rare-writes.ts'
import type { RunnerDeps } from './runner-deps.ts'

/** Calls of services that one turn may make before it is taken for a loop. */
const mostCalls = 8

export interface Incoming {
  input: Input
  arrived: InboxRow[]
  taken: string[]
  rare?: Partial<RareWrites>
}

/** Newest release and the one that the run pins. */
export const releasesFor = async (deps: RunnerDeps, loaded: Loaded): Promise<Releases> => {
  const current = deps.contents.current(loaded.association)
  const pin = loaded.state.run?.release
  return { current, pinned: pin === undefined ? null : pin === current.id ? current : await deps.contents.pinned(loaded.association, pin) }
}

/** Facts of a turn besides its input. */
export const envOf = (deps: RunnerDeps, loaded: Loaded, releases: Releases, seed: string): Env => {
  const now = deps.clock.now().toISOString()
  return {
    now,
    seed,
    release: releases.current.id,
    owner: loaded.owner,
    profile: loaded.profile,
    draft: loaded.draft,
    office: currentOffice(releases.current.association.hours, now),
    channel: { kind: loaded.channel, phone: loaded.phone },
  }
}

export const decide = async (deps: RunnerDeps, loaded: Loaded, incoming: Incoming): Promise<TurnCommit> => {
  const releases = await releasesFor(deps, loaded)
  const env = envOf(deps, loaded, releases, deps.random.uuid())
  const replies: unknown[] = []
  for (let calls = 0; calls <= mostCalls; calls += 1) {
    const turn = takeTurn(releases, loaded.state, incoming.input, env, replies)
    if (turn.kind === 'needs') {
      replies.push(await answerService(deps, loaded, turn.need, env.now))
      continue
    }
    const gender = turn.effects.reduce(
      (found, effect) => (effect.kind === 'set-profile' && effect.gender !== undefined ? effect.gender : found),
      env.profile.gender,
    )
    const answers = { ...loaded.draft?.answers }
    for (const effect of turn.effects) if (effect.kind === 'save-answer') answers[effect.field] = effect.value
    const { association } = releases.current
    const span = sealedSpanOf(releases, incoming.input, env, [loaded.state, turn.state])
    const rare = toRareWrites(turn.effects, incoming.input, {
      keptUntil: association.draftDays === null ? null : addDays(riyadhDate(env.now), association.draftDays),
      runId: turn.state.run?.id ?? env.seed,
      hashAnswers: (request) => deps.hash(JSON.stringify([request, Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1))])),
      answers,
      draft: env.draft,
      release: releases.current.id,
      advanced: incoming.rare?.advanced,
    })
    return {
      association: loaded.association,
      conversation: loaded.conversation,
      contact: loaded.contact,
      version: loaded.version,
      epoch: loaded.epoch,
      turnId: env.seed,
      now: env.now,
      state: turn.state,
      arrived: incoming.arrived,
      taken: incoming.taken,
      disposition: turn.disposition,
      input: incoming.input,
      env,
      replies,
      effects: turn.effects,
      outbox: renderOutbox(deps, turn.effects, env, gender, incoming.input),
      rare: { ...rare, ...incoming.rare, ...(span && { sealed: span }) },
    }
  }
  throw new Error('a turn that keeps calling services')
}

const answerService = (deps: RunnerDeps, loaded: Loaded, need: ServiceCall, now: string): Promise<unknown> => {
  switch (need.call) {
    case 'reserve-reference':
      return deps.turns.nextReference(loaded.association)
    case 'requests-of-contact':
      return deps.turns.requestsOf(loaded.association, loaded.contact)
    case 'queue-ahead':
      return deps.turns.waitingAhead(loaded.association, loaded.conversation)
    case 'link-places':
    case 'make-link':
    case 'read-link':
      return answerLinks(deps, loaded, need, now)
    default:
      return need satisfies never
  }
}

/** Consecutive texts of one class become one message; one whose every line needs an empty slot is not sent. */
const renderOutbox = (deps: RunnerDeps, effects: Effect[], env: Env, gender: 'female' | 'male' | null, input: Input): OutboxRow[] => {
  const rendered = deps.contents.render(effects, { gender, now: env.now })
  const open = [
    ...rendered.flatMap(({ unfilled }) => unfilled),
    ...effects.flatMap((effect) => (effect.kind === 'count' && effect.name === 'slot' ? effect.of : [])),
  ]
  if (open.length > 0) deps.log.slots(open)
  return rendered
    .filter(({ text }) => text !== '')
    .map(({ class: of, text, language, options, promptId, layout }, n) => ({
      id: outboxId(env.seed, n),
      n,
      class: of,
      staff: of === 'staff' && input.kind === 'staff-replied' ? input.staff.id : null,
      message: { text, language, options, promptId, layout },
    }))
}

/** Ids of messages share the turn's seed; the engine's own ids count from 1, these from 0xf000. */
const outboxId = (seed: string, n: number): string => seed.slice(0, -4) + (0xf000 + n).toString(16)
