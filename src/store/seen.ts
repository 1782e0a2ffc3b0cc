/**
 * What conversations look like after the last turn that this process wrote: the next message of someone
 * who is in the middle of a form needs no load. It is a guess, and `turn_commit` checks it: version and
 * epoch tell of turns elsewhere, a look for waiting rows tells of messages stored elsewhere, the version
 * of the draft tells of answers given elsewhere. A wrong guess is a `conflict`, and the next load is a
 * real one. Staff and timers always load: their refusals must not rest on a guess.
 */
import { LRUCache } from 'lru-cache'
import type { DraftView } from '../core/engine/input.ts'
import type { ConversationState } from '../core/engine/state.ts'
import type { CommitResult, Loaded, RareWrites, TurnCommit, TurnKey } from '../ports/turn-store.ts'

type Base = Omit<Loaded, 'state' | 'draft' | 'waiting'>

interface Entry {
  base: Base
  /** As JSON: small to keep, and nobody holds a part of it. */
  state: string
  draft: string | null
  draftVersion: number | null
  /** A turn is being decided on it; nobody else gets it. */
  lent: boolean
  /** Remembered, not loaded. */
  guess: boolean
}

export interface Seen {
  /** What is remembered of the sender; lent until `settle` or `forget`. */
  lend(key: TurnKey): Loaded | null
  /** @param draftVersion version of the draft's request */
  loaded(key: TurnKey, loaded: Loaded, draftVersion: number | null): void
  /** What the turn was decided on. */
  basis(turn: TurnCommit): { sure: boolean; draftVersion: number | null }
  /** @param state of the turn, as JSON */
  settle(turn: TurnCommit, result: CommitResult, state: string): void
  forget(conversation: string): void
}

/** About 3 kB each. */
const kept = 8_000
/**
 * As long as someone takes to answer. Profile and phone are not checked by the commit: a contact has one
 * conversation; when one can have several, their changes need a version as well.
 */
const keptMs = 10 * 60_000

/** What leaves the rest of a `Loaded` as it was. */
const harmless: ReadonlySet<keyof RareWrites> = new Set([
  'answersSaved',
  'position',
  'timersSet',
  'timersCleared',
  'timerFired',
  'handover',
  'consents',
  'rating',
  'ratingComment',
])

const nameOf = (key: TurnKey): string | null => ('account' in key ? `${key.association}|${key.account}|${key.external}` : null)

export const createSeen = (): Seen => {
  const conversations = new LRUCache<string, Entry>({ max: kept, ttl: keptMs })
  const senders = new LRUCache<string, string>({ max: kept })
  return {
    lend(key) {
      const name = nameOf(key)
      const conversation = name === null ? undefined : senders.get(name)
      const entry = conversation === undefined ? undefined : conversations.get(conversation)
      if (!entry || entry.lent) return null
      entry.lent = true
      // Both were made by JSON.stringify of these very types.
      const state = JSON.parse(entry.state) as ConversationState
      const draft = entry.draft === null ? null : (JSON.parse(entry.draft) as DraftView)
      return { ...entry.base, profile: { ...entry.base.profile }, state, draft, waiting: [] }
    },
    loaded(key, { state: _state, draft: _draft, waiting: _waiting, ...base }, draftVersion) {
      const name = nameOf(key)
      if (name !== null) senders.set(name, base.conversation)
      conversations.set(base.conversation, { base, state: '', draft: null, draftVersion, lent: true, guess: false })
    },
    basis(turn) {
      const entry = conversations.get(turn.conversation)
      if (!entry || entry.base.version !== turn.version) return { sure: false, draftVersion: null }
      return { sure: !entry.guess, draftVersion: entry.draftVersion }
    },
    settle(turn, result, state) {
      const entry = conversations.get(turn.conversation)
      if ((result !== 'committed' && result !== 'leased') || !entry || entry.base.version !== turn.version || !isHarmless(turn.rare)) {
        conversations.delete(turn.conversation)
        return
      }
      const draft = draftAfter(turn)
      conversations.set(turn.conversation, {
        base: { ...entry.base, version: turn.version + 1 },
        state,
        draft: draft && JSON.stringify(draft),
        draftVersion: draft && entry.draftVersion !== null ? entry.draftVersion + (draft === turn.env.draft ? 0 : 1) : null,
        lent: false,
        guess: true,
      })
    },
    forget: (conversation) => void conversations.delete(conversation),
  }
}

const isHarmless = (rare: RareWrites): boolean => {
  for (const name in rare) if (!harmless.has(name as keyof RareWrites)) return false // keys of a RareWrites
  return true
}

const draftAfter = ({ env: { draft }, rare: { answersSaved, position }, now }: TurnCommit): DraftView | null => {
  if (!draft || (!answersSaved && !position)) return draft
  return {
    ...draft,
    ...(answersSaved && { answers: { ...draft.answers, ...answersSaved.values }, touchedAt: now, keptUntil: answersSaved.keptUntil }),
    ...(position && { flow: position.flow, node: position.node, reminded: position.reminded ?? draft.reminded }),
  }
}
