/** The turns of a process, on real content and a real database, with a poison of the test's choice. */
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { createDeliverer } from '../../../src/app/deliver.ts'
import type { FetchDeps } from '../../../src/app/fetch-files.ts'
import type { SweepDeps } from '../../../src/app/sweep.ts'
import { createTurnRunner, type TurnRunner } from '../../../src/app/turn-runner.ts'
import { createContents } from '../../../src/content/contents.ts'
import type { Content } from '../../../src/core/engine/input.ts'
import type { AccountId } from '../../../src/core/ids.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'
import { openPools } from '../../../src/platform/database.ts'
import type { Channel } from '../../../src/ports/channel.ts'
import { type Clock, systemClock } from '../../../src/ports/clock.ts'
import type { DeadLetters } from '../../../src/ports/dead-letters.ts'
import type { TurnStore } from '../../../src/ports/turn-store.ts'
import { createDeadLetters } from '../../../src/store/dead-letters.ts'
import { createFiles, type StoredFiles } from '../../../src/store/files.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import { masakin, rows, type TestStore } from '../store/support.ts'

export interface Process {
  store: Store
  runner: TurnRunner
  files: StoredFiles
  deadLetters: DeadLetters
  sweepDeps: SweepDeps
  /** Conversations with rows that have waited long enough are found at once. */
  age(): Promise<void>
  write(account: AccountId, external: string, content: Content | string, externalId?: string): Promise<{ id: string; duplicate: boolean }>
  close(): Promise<void>
}

export interface ProcessOptions {
  /** Turns that hear this text throw. */
  poison?: string
  source?: FetchDeps['source']
  directory?: string
  window?: { text: number; media: number }
  clock?: Clock
  url?: string
  /** What the turns say is sent to it; to nobody when left out. */
  channel?: Channel
  /** Calls of the store that go otherwise. */
  turns?(turns: TurnStore): Partial<TurnStore>
}

export const importRealContent = async (store: TestStore): Promise<void> => {
  for (const { association, id, body } of loadReleases(masakin, true))
    await store.associations.importAssociation({ slug: association.slug, name: association.name, release: { id, body } })
}

export const openProcess = (store: TestStore, options: ProcessOptions = {}): Process => {
  const pools = openPools({ url: options.url ?? store.url, max: 4 })
  const own = createStore({ pool: pools.app, keys: store.keys })
  const clock = options.clock ?? systemClock
  const contents = createContents({ releases: loadReleases(masakin, true), loadSnapshot: own.associations.loadRelease })
  const files = createFiles({
    prisma: own.prisma,
    keyring: own.keyring,
    directory: options.directory ?? mkdtempSync(join(tmpdir(), 'sila-fetch-')),
    clock,
  })
  const deadLetters = createDeadLetters(pools.app, own.prisma, own.keyring, clock)
  const { channel } = options
  const deliverer = createDeliverer({
    outbox: own.outbox,
    channel: () => channel ?? null,
    clock,
    log: { send: () => {}, failure: () => {}, ambiguous: () => {}, account: () => {} },
    settled: () => {},
  })
  const runner = createTurnRunner({
    turns: options.turns ? { ...own.turns, ...options.turns(own.turns) } : own.turns,
    links: own.links,
    publicUrl: null,
    deadLetters,
    files,
    source: options.source ?? (() => null),
    contents: {
      ...contents,
      understand: (association, text) => {
        if (options.poison !== undefined && text.includes(options.poison)) throw new Error('a bug that this text finds')
        return contents.understand(association, text)
      },
    },
    clock,
    random: { uuid: () => v7() },
    events: { publish: () => {}, subscribe: () => () => {} },
    log: { turn: () => {}, slots: () => {}, failure: () => {} },
    window: () => options.window ?? { text: 0, media: 0 },
    sender: channel ? deliverer : { wake: () => {}, ready: () => null, send: () => {}, giveBack: () => {} },
    ring: () => {},
    typing: () => {},
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  })
  return {
    store: own,
    runner,
    files,
    deadLetters,
    sweepDeps: { turns: own.turns, runner, deliverer, clock, log: { failure: () => {} } },
    age: async () => void (await rows(store, `update inbox set received_at = received_at - interval '1 minute' where state = 'waiting'`)),
    write: (account, external, content, externalId = v7()) =>
      runner.receive({
        association: masakin,
        account,
        update: {
          external,
          externalId,
          at: clock.now().toISOString(),
          content: typeof content === 'string' ? { kind: 'text', text: content } : content,
          phone: null,
        },
      }),
    close: async () => {
      await runner.idle()
      await deliverer.stop()
      await own.prisma.$disconnect()
      await pools.close()
    },
  }
}

export interface InboxLine {
  id: string
  external_id: string
  state: string
  attempts: number
  disposition: string | null
  reason: string | null
}

/** Rows of someone, in the order in which they arrived. */
export const inboxOf = async (store: TestStore, external: string, account: AccountId): Promise<InboxLine[]> => {
  const index = store.keyring.blindIndex(masakin, 'external', external)
  return rows<InboxLine>(
    store,
    `select i.id, i.external_id, i.state, i.attempts, i.disposition, i.reason from inbox i
       join conversation c on c.id = i.conversation_id join address a on a.id = c.address_id
     where a.external_index = $1 and a.account_id = $2 order by i.id`,
    [index, account],
  )
}
