/** Takes turns: one at a time per conversation, stored before acknowledged, retried when the guard loses. */
import { type Content, type Input, isSpoken, nothingUnderstood, settleEdits, type Understanding } from '../core/engine/input.ts'
import { closesWindow } from '../core/engine/window.ts'
import type { AccountId, ConversationId, Slug, StaffId } from '../core/ids.ts'
import type { Update } from '../ports/channel.ts'
import { DomainError } from '../ports/errors.ts'
import type { InboxRow, Loaded, RareWrites, TurnCommit, TurnKey } from '../ports/turn-store.ts'
import { decide, envOf, type Incoming, releasesFor } from './decide.ts'
import type { RunnerDeps } from './runner-deps.ts'
import { createSerial } from './serial.ts'

/** Lost guards in a row before the work is left to the sweep. */
const mostRetries = 6
/** Failures of one row before staff see it. */
const mostAttempts = 3

export interface Arrival {
  association: Slug
  account: AccountId
  update: Update
}

export interface TurnRunner {
  /** Resolves after the update is stored; the turn may have run already or be waiting for the burst to end. */
  receive(arrival: Arrival): Promise<{ id: string; conversation: ConversationId; duplicate: boolean }>
  /** Takes the rows that wait. */
  takeWaiting(of: { association: Slug; conversation: ConversationId }): Promise<void>
  /**
   * An input of a timer or of staff.
   * @param check throws a DomainError when the conversation is not in the state the act needs
   */
  take(
    of: { association: Slug; conversation: ConversationId },
    input: Input,
    act?: { check?(loaded: Loaded): void; rare?: Partial<RareWrites> },
  ): Promise<TurnCommit>
  /** Work under way and bursts waiting; resolves when there is none. */
  idle(): Promise<void>
}

export const createTurnRunner = (deps: RunnerDeps): TurnRunner => {
  const serial = createSerial()
  const bursts = new Map<string, NodeJS.Timeout>()
  const running = new Set<Promise<unknown>>()

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work)
    const forget = () => void running.delete(work)
    work.then(forget, forget)
    return work
  }

  /** The burst window and the turn ask about the same message one after the other. */
  let last: { association: Slug; text: string; understanding: Understanding } | null = null
  const understandAll = (association: Slug, contents: Content[]): Understanding => {
    const text = settleEdits(contents)
      .flatMap((content) => (content.kind === 'text' || content.kind === 'edit' ? [content.text] : []))
      .join('\n')
    if (text === '') return nothingUnderstood
    if (last?.association !== association || last.text !== text)
      last = { association, text, understanding: deps.contents.understand(association, text) }
    return last.understanding
  }

  const after = (commit: TurnCommit): void => {
    const of = { association: commit.association, conversation: commit.conversation }
    if (commit.outbox.length > 0) deps.send(of)
    for (const { dueAt } of commit.rare.timersSet ?? []) deps.ring(new Date(dueAt))
    deps.events.publish({ kind: 'conversation', ...of })
    if (commit.rare.linked) deps.ring(new Date(commit.now)) // the other conversation is told by a timer
    const request = commit.rare.submitted?.request ?? commit.rare.filed?.request ?? commit.rare.advanced?.request
    if (request) deps.events.publish({ kind: 'request', association: commit.association, request })
  }

  /** Decides and commits until the guard holds. @returns null for a duplicate. */
  const commitTurn = async (key: TurnKey, first: Loaded | null, prepare: (loaded: Loaded) => Incoming): Promise<TurnCommit | null> => {
    let loaded = first
    for (let tries = 0; tries < mostRetries; tries += 1) {
      loaded ??= await deps.turns.load(key)
      if (!loaded) throw new DomainError('not-found', 'no such conversation')
      const started = performance.now()
      const commit = await decide(deps, loaded, prepare(loaded))
      const result = await deps.turns.commit(commit)
      deps.log.turn({
        association: commit.association,
        conversation: commit.conversation,
        turn: commit.turnId,
        kind: commit.input.kind,
        outcome: result,
        ms: performance.now() - started,
      })
      if (result === 'committed') {
        after(commit)
        return commit
      }
      if (result === 'duplicate') return null
      loaded = null
    }
    throw new DomainError('unavailable', 'the conversation changes too fast')
  }

  const hearRows = (loaded: Loaded, rows: InboxRow[]): Incoming => {
    const messages = [...loaded.waiting, ...rows].map(({ id, at, content }) => ({ id, at, content }))
    const contents = messages.map(({ content }) => content)
    return {
      input: { kind: 'message-received', messages, understanding: understandAll(loaded.association, contents) },
      arrived: rows,
      taken: loaded.waiting.map(({ id }) => id),
    }
  }

  const schedule = (of: { association: Slug; conversation: ConversationId }, ms: number): void => {
    const before = bursts.get(of.conversation)
    if (before) clearTimeout(before)
    deps.typing(of, true)
    const timer = setTimeout(() => {
      bursts.delete(of.conversation)
      track(runner.takeWaiting(of)).catch(() => undefined)
    }, ms)
    bursts.set(of.conversation, timer)
  }

  const endBurst = (conversation: ConversationId): void => {
    const timer = bursts.get(conversation)
    if (timer) clearTimeout(timer)
    bursts.delete(conversation)
  }

  const windowFor = async (loaded: Loaded, content: Content): Promise<number> => {
    const window = deps.window(loaded.channel)
    const ms = isSpoken(content.kind) ? window.text : window.media
    if (ms === 0 || loaded.owner.kind === 'staff') return 0
    const releases = await releasesFor(deps, loaded)
    const env = envOf(deps, loaded, releases, loaded.conversation)
    return closesWindow(releases, loaded.state, env, content, understandAll(loaded.association, [content])) ? 0 : ms
  }

  const receiveSerially = async ({ association, account, update }: Arrival) => {
    const key: TurnKey = { association, account, external: update.external }
    let loaded = await deps.turns.load(key)
    if (!loaded) {
      await deps.turns.meet({ association, account, external: update.external, phone: update.phone }, deps.clock.now().toISOString())
      loaded = await deps.turns.load(key)
      if (!loaded) throw new Error('a contact was made and is not there')
    }
    const of = { association, conversation: loaded.conversation }
    const row: InboxRow = { id: deps.random.uuid(), account, externalId: update.externalId, at: update.at, content: update.content }
    const wait = await windowFor(loaded, update.content)
    if (wait > 0) {
      const fresh = await deps.turns.store({ ...of, contact: loaded.contact }, row)
      if (fresh) {
        schedule(of, wait)
        deps.events.publish({ kind: 'conversation', ...of })
      }
      return { id: row.id, conversation: loaded.conversation, duplicate: !fresh }
    }
    endBurst(loaded.conversation)
    try {
      const commit = await commitTurn(key, loaded, (now) => hearRows(now, [row]))
      deps.typing(of, false)
      return { id: row.id, conversation: loaded.conversation, duplicate: commit === null }
    } catch (error) {
      // The turn cannot run now: the row is what is acknowledged, the sweep takes it.
      deps.log.failure({ ...of, kind: 'message-received', error })
      const fresh = await deps.turns.store({ ...of, contact: loaded.contact }, row)
      return { id: row.id, conversation: loaded.conversation, duplicate: !fresh }
    }
  }

  const takeWaitingSerially = async (of: { association: Slug; conversation: ConversationId }): Promise<void> => {
    endBurst(of.conversation)
    const loaded = await deps.turns.load(of)
    if (!loaded || loaded.waiting.length === 0) return
    try {
      await commitTurn(of, loaded, (now) => hearRows(now, []))
    } catch (error) {
      deps.log.failure({ ...of, kind: 'message-received', error })
      await deps.turns.park(
        of.association,
        of.conversation,
        loaded.waiting.map(({ id }) => id),
        mostAttempts,
      )
    } finally {
      deps.typing(of, false)
    }
  }

  const runner: TurnRunner = {
    receive: (arrival) => track(serial.run(`${arrival.account}/${arrival.update.external}`, () => receiveSerially(arrival))),
    takeWaiting: (of) => track(serial.run(of.conversation, () => takeWaitingSerially(of))),
    take: (of, input, act) =>
      track(
        serial.run(of.conversation, async () => {
          const commit = await commitTurn(of, null, (loaded) => {
            act?.check?.(loaded)
            return { input, arrived: [], taken: [], ...(act?.rare && { rare: act.rare }) }
          })
          if (!commit) throw new Error('a turn without messages is never a duplicate')
          return commit
        }),
      ),
    idle: async () => {
      while (running.size > 0 || bursts.size > 0) {
        for (const [conversation, timer] of [...bursts]) if (!timer.hasRef()) bursts.delete(conversation)
        await Promise.allSettled([...running])
        if (bursts.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
  return runner
}

/** Staff as the engine and the store name them. */
export interface Actor {
  id: StaffId
  name: string
}
