/** Two workers on one database, and the other side of a channel: a double of something outside. */
import { v7 } from 'uuid'
import { createDeliverer, type DeliverDeps, type Deliverer } from '../../../src/app/deliver.ts'
import type { MessageClass } from '../../../src/core/engine/effect.ts'
import type { AccountId } from '../../../src/core/ids.ts'
import { openPools } from '../../../src/platform/database.ts'
import type { AbstractMessage, Channel, Pace, SendResult } from '../../../src/ports/channel.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import { masakin, type meet, now, rows, says, type TestStore } from '../store/support.ts'

export interface Sent {
  external: string
  text: string
  /** Monotonic, ms. */
  at: number
  ok: boolean
}

interface FakeChannel extends Channel {
  /** Everything that reached the other side, in order; also what it refused. */
  readonly seen: Sent[]
}

export const throttled = (ms: number): SendResult => ({ ok: false, failure: 'throttled', retryAfterMs: ms })
export const failing = (failure: Exclude<SendResult, { ok: true }>['failure']): SendResult => ({ ok: false, failure, retryAfterMs: null })

/** @param answer what the other side does with a message; by default it takes it */
export const createFakeChannel = (
  answer: (to: string, message: AbstractMessage) => SendResult | Promise<SendResult> = () => ({ ok: true, externalId: v7() }),
  pace: Pace | null = null,
): FakeChannel => {
  const seen: Sent[] = []
  return {
    kind: 'telegram',
    capabilities: { buttons: 8, textLength: 4096, fileSize: 1024 * 1024, window: { text: 0, media: 0 }, pace },
    seen,
    toUpdates: () => [],
    async send({ external }, message) {
      const result = await answer(external, message)
      seen.push({ external, text: message.text, at: performance.now(), ok: result.ok })
      return result
    },
  }
}

export interface Worker {
  store: Store
  deliverer: Deliverer
  ambiguous: number
  alerts: string[]
  close(): Promise<void>
}

/** A process with a pool of its own. */
export const openWorker = (store: TestStore, channel: DeliverDeps['channel'], over: Partial<DeliverDeps> = {}): Worker => {
  const pools = openPools({ url: store.url, max: 4 })
  const own = createStore({ pool: pools.app, keys: store.keys })
  const worker: Worker = {
    store: own,
    ambiguous: 0,
    alerts: [],
    deliverer: createDeliverer({
      outbox: own.outbox,
      channel,
      clock: systemClock,
      log: {
        send: () => {},
        failure: () => {},
        ambiguous: () => {
          worker.ambiguous += 1
        },
        account: ({ failure }) => {
          worker.alerts.push(failure)
        },
      },
      settled: () => {},
      ...over,
    }),
    close: async () => {
      await worker.deliverer.stop()
      await own.prisma.$disconnect()
      await pools.close()
    },
  }
  return worker
}

/** A bot of its own for a test. */
export const openBot = async (store: TestStore, pace: Pace | null, name: string = v7()): Promise<AccountId> => {
  const account = await store.associations.ensureAccount({ association: masakin, kind: 'telegram', name })
  await store.outbox.pace(account, pace)
  return account
}

/** Someone who writes to this bot, and is written to. */
export interface Chat {
  external: string
  loaded: Awaited<ReturnType<typeof meet>>
}

export const openChat = async (store: TestStore, account: AccountId, external: string): Promise<Chat> => {
  const key = { association: masakin, account, external }
  await store.turns.meet({ ...key, phone: null }, now)
  const loaded = await store.turns.load(key)
  if (!loaded) throw new Error('nobody there')
  return { external, loaded }
}

/** Writes messages straight into the outbox, as many at once as a test wants: what so many turns would have written. */
export const queue = async (
  store: TestStore,
  chats: Chat[],
  of: MessageClass,
  texts: string[],
  seqOf: (chat: number) => number = () => 1,
): Promise<string[]> => {
  const { sealJson } = await import('../../../src/store/seal.ts')
  const ids: string[] = []
  for (let first = 0; first < chats.length; first += 500) {
    const values: unknown[] = []
    const places: string[] = []
    for (const [index, { loaded }] of chats.slice(first, first + 500).entries()) {
      const key = await store.keyring.contactKey(masakin, loaded.contact)
      for (const [n, text] of texts.entries()) {
        const { id, message } = says(text, n)
        ids.push(id)
        const sealed = sealJson(key, { association: masakin, table: 'outbox', row: id, column: 'message' }, message)
        const at = values.length
        values.push(id, loaded.conversation, v7(), seqOf(first + index), n, of, sealed)
        places.push(`($${at + 1}, 'masakin', $${at + 2}, $${at + 3}, $${at + 4}, $${at + 5}, $${at + 6}, 0, $${at + 7}, now())`)
      }
    }
    await rows(
      store,
      `insert into outbox (id, association, conversation_id, turn_id, seq, n, class, epoch, message, at) values ${places.join(', ')}`,
      values,
    )
  }
  return ids
}

export const wakeAll = (worker: Worker, chats: Chat[], awaited: boolean): void => {
  for (const { loaded } of chats) worker.deliverer.wake(loaded, awaited)
}

export const until = async (condition: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> => {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it did not come to that')
}

/** Messages of a chat that overtook an earlier one; texts are numbers. */
export const inversions = (seen: Sent[]): number => {
  const last = new Map<string, number>()
  let count = 0
  for (const { external, text, ok } of seen) {
    if (!ok) continue
    if (Number(text) < (last.get(external) ?? -1)) count += 1
    last.set(external, Number(text))
  }
  return count
}

export const statesOf = async (store: TestStore, ids: string[]): Promise<{ state: string; failure: string | null }[]> => {
  const found = await rows<{ id: string; state: string; failure: string | null }>(
    store,
    'select id, state, failure from outbox where id = any($1)',
    [ids],
  )
  const byId = new Map(found.map(({ id, state, failure }) => [id, { state, failure }]))
  return ids.map((id) => byId.get(id) ?? { state: 'missing', failure: null })
}
