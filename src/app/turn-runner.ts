/** Takes turns: one at a time per conversation, stored before acknowledged, retried when the guard loses. */
import { type Content, type Input, isSpoken } from '../core/engine/input.ts'
import { closesWindow } from '../core/engine/window.ts'
import type { AccountId, ConversationId, Slug, StaffId } from '../core/ids.ts'
import type { Update } from '../ports/channel.ts'
import { DomainError } from '../ports/errors.ts'
import type { InboxRow, Loaded, RareWrites, TurnCommit, TurnKey } from '../ports/turn-store.ts'
import { isUnavailable } from '../ports/unavailable.ts'
import { createCommitTurn, createHearing } from './commit-turn.ts'
import { envOf, releasesFor } from './decide.ts'
import { createFileFetcher, isRemote } from './fetch-files.ts'
import type { RunnerDeps } from './runner-deps.ts'
import { createSerial } from './serial.ts'
import { createWaitingTaker } from './take-waiting.ts'

export interface Arrival {
  association: Slug
  account: AccountId
  update: Update
}

/** Before rows whose turn the database broke off are taken again, ms. */
const againMs = 500

type Place = { association: Slug; conversation: ConversationId }
type Sender = Extract<TurnKey, { account: AccountId }>
type Received = { id: string; conversation: ConversationId; duplicate: boolean }

export interface TurnRunner {
  /**
   * Resolves after the update is stored; the turn may have run already or be waiting for the burst to end.
   * @throws DomainError `unavailable` when the database is away: it is not stored, and must be delivered again
   */
  receive(arrival: Arrival): Promise<Received>
  /**
   * Takes the rows that wait.
   * @param external the channel's name for the person, where it is known: the answer leaves the sooner
   * @throws when the database is away
   */
  takeWaiting(of: Place, external?: string): Promise<void>
  /**
   * An input of a timer or of staff.
   * @param check throws a DomainError when the conversation is not in the state the act needs
   */
  take(of: Place, input: Input, act?: { check?(loaded: Loaded): void; rare?: Partial<RareWrites> }): Promise<TurnCommit>
  /** Work under way and bursts waiting; resolves when there is none. */
  idle(): Promise<void>
}

export const createTurnRunner = (deps: RunnerDeps): TurnRunner => {
  const serial = createSerial()
  const bursts = new Map<string, NodeJS.Timeout>()
  const running = new Set<Promise<unknown>>()
  const commitTurn = createCommitTurn(deps)
  const { understand, hear } = createHearing(deps)
  const fetcher = createFileFetcher(deps)
  const waiting = createWaitingTaker(deps, { commitTurn, hear, serial, fetcher })

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work)
    const forget = () => void running.delete(work)
    work.then(forget, forget)
    return work
  }
  /** What fails here is found again by the sweep. */
  const begin = (work: Promise<unknown>): void => void track(work).catch(() => undefined)

  const endBurst = (conversation: ConversationId): void => {
    const timer = bursts.get(conversation)
    if (timer) clearTimeout(timer)
    bursts.delete(conversation)
  }

  const setTimer = (of: Place, external: string, ms: number): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      bursts.delete(of.conversation)
      takeSoon(of, external)
    }, ms)
    bursts.set(of.conversation, timer)
    return timer
  }

  /** What is stored waits for the database here: the sweep leaves it to us for a while. */
  const takeSoon = (of: Place, external: string): void =>
    begin(
      runner.takeWaiting(of, external).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error
        if (!bursts.has(of.conversation)) setTimer(of, external, againMs).unref()
      }),
    )

  /** The rows of a conversation are taken when nothing more has come for so long. */
  const schedule = (of: Place, external: string, ms: number): void => {
    endBurst(of.conversation)
    deps.typing(of, true)
    if (ms === 0) takeSoon(of, external)
    else setTimer(of, external, ms)
  }

  const windowFor = async (loaded: Loaded, content: Content): Promise<number> => {
    const window = deps.window(loaded.channel)
    const ms = isSpoken(content.kind) ? window.text : window.media
    if (ms === 0 || loaded.owner.kind === 'staff') return 0
    const releases = await releasesFor(deps, loaded)
    const env = envOf(deps, loaded, releases, loaded.conversation)
    return closesWindow(releases, loaded.state, env, content, understand(loaded.association, [content])) ? 0 : ms
  }

  /** Loads the sender, who is made at the first message. */
  const loadSender = async (key: Sender, phone: string | null): Promise<Loaded> => {
    const loaded = await deps.turns.load(key)
    if (loaded) return loaded
    await deps.turns.meet({ ...key, phone }, deps.clock.now().toISOString())
    const made = await deps.turns.load(key)
    if (!made) throw new Error('a contact was made and is not there')
    return made
  }

  /** For a turn of its own, later. */
  const store = async (owner: Place & Pick<Loaded, 'contact'>, row: InboxRow): Promise<boolean> => {
    const of = { association: owner.association, conversation: owner.conversation }
    const fresh = await deps.turns.store({ ...of, contact: owner.contact }, row)
    if (fresh) deps.events.publish({ kind: 'conversation', ...of })
    return fresh
  }

  /** The conversation does not open: the row is kept all the same, and the sweep brings it to staff. */
  const keepUnopened = async (key: Sender, row: InboxRow, update: Update, error: unknown): Promise<Received> => {
    const owner = await deps.turns.locate(key)
    if (!owner) throw error
    const { association, conversation } = owner
    deps.log.failure({ association, conversation, kind: 'message-received', error })
    try {
      return { id: row.id, conversation, duplicate: !(await store(owner, row)) }
    } catch (cause) {
      if (isUnavailable(cause)) throw cause
      // Not even the person's key opens: nothing could seal the row.
      const { account, externalId } = row
      const fresh = await deps.deadLetters.put({ association, account, externalId, body: JSON.stringify(update), error: cause })
      return { id: row.id, conversation, duplicate: !fresh }
    }
  }

  const receiveSerially = async ({ association, account, update }: Arrival): Promise<Received> => {
    const key = { association, account, external: update.external }
    const row: InboxRow = { id: deps.random.uuid(), account, externalId: update.externalId, at: update.at, content: update.content }
    let loaded: Loaded
    try {
      loaded = await loadSender(key, update.phone)
    } catch (error) {
      if (isUnavailable(error)) throw error
      return keepUnopened(key, row, update, error)
    }
    const of = { association, conversation: loaded.conversation }
    const later = async (ms: number): Promise<Received> => {
      const fresh = await store(loaded, row)
      if (fresh) {
        if (isRemote(row.content)) begin(fetcher.fetch(loaded, [row]))
        schedule(of, update.external, ms)
      }
      return { id: row.id, conversation: of.conversation, duplicate: !fresh }
    }
    try {
      const wait = await windowFor(loaded, update.content)
      if (wait > 0 || isRemote(row.content)) return await later(wait)
      endBurst(of.conversation)
      const commit = await commitTurn(
        key,
        loaded,
        // What waits for its file is taken first, and this with it.
        (now) => (now.waiting.some(({ content }) => isRemote(content)) ? null : hear(now, now.waiting, [row])),
        update.external,
      )
      if (commit === 'nothing') return await later(0)
      deps.typing(of, false)
      return { id: row.id, conversation: of.conversation, duplicate: commit === 'duplicate' }
    } catch (error) {
      // The turn cannot run now: the row is what is acknowledged, and taken when it can.
      deps.log.failure({ ...of, kind: 'message-received', error })
      const fresh = await store(loaded, row)
      if (fresh && isUnavailable(error)) schedule(of, update.external, againMs)
      else if (fresh) begin(loaded.waiting.length > 0 ? runner.takeWaiting(of, update.external) : waiting.setAside(of, [row.id], error))
      return { id: row.id, conversation: of.conversation, duplicate: !fresh }
    }
  }

  const receive = async (arrival: Arrival): Promise<Received> => {
    try {
      return await receiveSerially(arrival)
    } catch (error) {
      if (!isUnavailable(error) || error instanceof DomainError) throw error
      const refusal = new DomainError('unavailable', 'the database is away')
      refusal.cause = error
      throw refusal
    }
  }

  const runner: TurnRunner = {
    receive: (arrival) => track(serial.run(`${arrival.account}/${arrival.update.external}`, () => receive(arrival))),
    takeWaiting: (of, external) => {
      endBurst(of.conversation)
      return track(waiting.take(of, external))
    },
    take: (of, input, act) =>
      track(
        serial.run(of.conversation, async () => {
          // Whoever comes to help is not kept out by what the bot remembers badly.
          const first = input.kind === 'staff-took-over' ? await deps.turns.loadAnyway(of) : null
          const commit = await commitTurn(of, first, (loaded) => {
            act?.check?.(loaded)
            return { input, arrived: [], taken: [], ...(act?.rare && { rare: act.rare }) }
          })
          if (typeof commit === 'string') throw new Error('a turn without messages is never a duplicate')
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
