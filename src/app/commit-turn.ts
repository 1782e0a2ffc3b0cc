/** Decides and commits until the guard holds, and wakes whoever comes next. */
import type { Content } from '../core/engine/input.ts'
import { nothingUnderstood, settleEdits, type Understanding } from '../core/engine/input.ts'
import type { Slug } from '../core/ids.ts'
import { DomainError } from '../ports/errors.ts'
import type { Lease } from '../ports/outbox-store.ts'
import type { InboxRow, Loaded, TurnCommit, TurnKey, WaitingRow } from '../ports/turn-store.ts'
import { decide, type Incoming } from './decide.ts'
import { isAwaited } from './judge-send.ts'
import type { RunnerDeps } from './runner-deps.ts'

/** Lost guards in a row before the work is left to the sweep. */
const mostRetries = 6

export type CommitTurn = (
  key: TurnKey,
  first: Loaded | null,
  /** @returns null when there is nothing to take, as the conversation stands now */
  prepare: (loaded: Loaded) => Incoming | null,
  /** The channel's name for the person, where it is known: what the turn says may then leave with it. */
  external?: string | null,
) => Promise<TurnCommit | 'duplicate' | 'nothing'>

export interface Hearing {
  understand(association: Slug, contents: Content[]): Understanding
  /** What a turn hears that takes these waiting rows, and these which arrive with it. */
  hear(loaded: Loaded, waiting: WaitingRow[], arrived: InboxRow[]): Incoming
}

export const createHearing = (deps: RunnerDeps): Hearing => {
  /** The burst window and the turn ask about the same message one after the other. */
  let last: { association: Slug; text: string; understanding: Understanding } | null = null
  const understand = (association: Slug, contents: Content[]): Understanding => {
    const text = settleEdits(contents)
      .flatMap((content) => (content.kind === 'text' || content.kind === 'edit' ? [content.text] : []))
      .join('\n')
    if (text === '') return nothingUnderstood
    if (last?.association !== association || last.text !== text)
      last = { association, text, understanding: deps.contents.understand(association, text) }
    return last.understanding
  }
  return {
    understand,
    hear: (loaded, waiting, arrived) => {
      const messages = [...waiting, ...arrived].map(({ id, at, content }) => ({ id, at, content }))
      const contents = messages.map(({ content }) => content)
      return {
        input: { kind: 'message-received', messages, understanding: understand(loaded.association, contents) },
        arrived,
        taken: waiting.map(({ id }) => id),
      }
    },
  }
}

export const createCommitTurn = (deps: RunnerDeps): CommitTurn => {
  /** The first message of the turn, as it would be leased with it; null for what nobody has just asked for. */
  const leaseOf = (commit: TurnCommit, { account, channel }: Loaded, external: string | null): Lease | null => {
    const [first] = commit.outbox
    if (external === null || first?.class !== 'reply') return null
    const { association, conversation } = commit
    // The person has just written: whatever had been out of reach no longer is.
    const fresh = { attempt: 1, failures: 0, repeated: false, unreachable: false }
    return { id: first.id, association, conversation, account, channel, external, class: first.class, message: first.message, ...fresh }
  }

  const after = (commit: TurnCommit, leased: Lease | null): void => {
    const of = { association: commit.association, conversation: commit.conversation }
    if (leased) deps.sender.send(leased)
    else if (commit.outbox.length > 0)
      deps.sender.wake(
        of,
        commit.outbox.some((row) => isAwaited(row.class)),
      )
    for (const { dueAt } of commit.rare.timersSet ?? []) deps.ring(new Date(dueAt))
    deps.events.publish({ kind: 'conversation', ...of })
    if (commit.rare.linked) deps.ring(new Date(commit.now)) // the other conversation is told by a timer
    const request = commit.rare.submitted?.request ?? commit.rare.filed?.request ?? commit.rare.advanced?.request
    if (request) deps.events.publish({ kind: 'request', association: commit.association, request })
  }

  return async (key, first, prepare, external = null) => {
    let loaded = first
    for (let tries = 0; tries < mostRetries; tries += 1) {
      loaded ??= await deps.turns.load(key)
      if (!loaded) throw new DomainError('not-found', 'no such conversation')
      const incoming = prepare(loaded)
      if (!incoming) return 'nothing'
      const started = performance.now()
      const decided = await decide(deps, loaded, incoming)
      const lease = leaseOf(decided, loaded, external)
      const ms = lease && deps.sender.ready(lease)
      const commit = ms === null ? decided : { ...decided, lease: { account: loaded.account, ms } }
      const result = await deps.turns.commit(commit).catch((error: unknown) => {
        if (lease && ms !== null) deps.sender.giveBack(lease)
        throw error
      })
      deps.log.turn({
        association: commit.association,
        conversation: commit.conversation,
        turn: commit.turnId,
        kind: commit.input.kind,
        outcome: result === 'leased' ? 'committed' : result,
        ms: performance.now() - started,
      })
      if (result === 'committed' || result === 'leased') {
        after(commit, result === 'leased' ? lease : null)
        return commit
      }
      if (result === 'duplicate') return 'duplicate'
      loaded = null
    }
    throw new DomainError('unavailable', 'the conversation changes too fast')
  }
}
