/** A migrated database of its own, a store on it, and turns to commit. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { v7 } from 'uuid'
import { afterAll } from 'vitest'
import { type Env, type Input, nothingUnderstood } from '../../../src/core/engine/input.ts'
import { AccountId, type ContactId, type ConversationId, ReleaseId, Slug, StaffId } from '../../../src/core/ids.ts'
import { openPools } from '../../../src/platform/database.ts'
import type { Loaded, TurnCommit } from '../../../src/ports/turn-store.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import { freshDatabase } from '../../support/cluster.ts'

export const masakin = Slug.parse('masakin')
export const canary = Slug.parse('canary')
export const release = ReleaseId.parse('0123456789abcdef')
export const now = '2026-03-01T08:00:00.000Z'

export interface TestStore extends Store {
  url: string
  /** As sila_app. */
  pool: pg.Pool
  /** As the owner of the cluster. */
  owner: pg.Pool
  keys: { master: Buffer; index: Buffer }
  account: Record<string, AccountId>
  staff: Record<string, StaffId>
}

/** With two associations, an account and a member of staff in each. Closed after the tests of the file that asks for it. */
export const openTestStore = async (): Promise<TestStore> => {
  const database = await freshDatabase()
  const pools = openPools({ url: database.url, max: 12 })
  const keys = { master: randomBytes(32), index: randomBytes(32) }
  const store = createStore({ pool: pools.app, keys })
  const account: Record<string, AccountId> = {}
  const staff: Record<string, StaffId> = {}
  for (const slug of [masakin, canary]) {
    await store.associations.importAssociation({ slug, name: { ar: slug }, release: { id: release, body: { of: slug } } })
    account[slug] = await store.associations.ensureAccount({ association: slug, kind: 'web-chat', name: 'site' })
    const id = StaffId.parse(v7())
    await pools.owner.query(`insert into staff (id, association, user_id, name, role) values ($1, $2, $3, $4, 'agent')`, [
      id,
      slug,
      `user-${slug}`,
      `Officer ${slug}`,
    ])
    staff[slug] = id
  }
  afterAll(async () => {
    await store.prisma.$disconnect()
    await pools.close()
    await database.drop()
  })
  return {
    ...store,
    url: database.url,
    pool: pools.app,
    owner: pools.owner,
    keys,
    account,
    staff,
  }
}

export const accountOf = (store: TestStore, slug: Slug): AccountId => AccountId.parse(store.account[slug])
export const staffOf = (store: TestStore, slug: Slug): StaffId => StaffId.parse(store.staff[slug])

/** Someone who has written for the first time. */
export const meet = async (store: TestStore, external: string, slug: Slug = masakin, phone: string | null = null): Promise<Loaded> => {
  const key = { association: slug, account: accountOf(store, slug), external }
  await store.turns.meet({ ...key, phone }, now)
  return required(await store.turns.load(key))
}

export const reload = async (store: TestStore, of: { association: Slug; conversation: ConversationId }): Promise<Loaded> =>
  required(await store.turns.load({ association: of.association, conversation: of.conversation }))

export const required = <T>(value: T | null | undefined): T => {
  if (value === null || value === undefined) throw new Error('missing')
  return value
}

const envOf = (loaded: Loaded): Env => ({
  now,
  seed: v7(),
  release,
  owner: loaded.owner,
  profile: loaded.profile,
  draft: loaded.draft,
  office: { open: true, changesAt: null },
  channel: { kind: loaded.channel, phone: loaded.phone },
})

export const heard = (id: string, text: string): Input => ({
  kind: 'message-received',
  messages: [{ id, at: now, content: { kind: 'text', text } }],
  understanding: nothingUnderstood,
})

/** A turn that does nothing but what `over` says. */
export const turnOf = (loaded: Loaded, over: Partial<TurnCommit> = {}): TurnCommit => {
  const env = over.env ?? envOf(loaded)
  return {
    association: loaded.association,
    conversation: loaded.conversation,
    contact: loaded.contact,
    version: loaded.version,
    epoch: loaded.epoch,
    turnId: env.seed,
    now,
    state: { ...loaded.state, misses: loaded.version + 1 },
    arrived: [],
    taken: [],
    disposition: { kind: 'answered' },
    input: heard('', ''),
    env,
    replies: [],
    effects: [],
    outbox: [],
    rare: {},
    ...over,
  }
}

export const arrival = (store: TestStore, externalId: string, text = 'السلام عليكم', slug: Slug = masakin) => ({
  id: v7(),
  account: accountOf(store, slug),
  externalId,
  at: now,
  content: { kind: 'text' as const, text },
})

export const says = (text: string, n = 0, over: Partial<TurnCommit['outbox'][number]> = {}): TurnCommit['outbox'][number] => ({
  id: v7(),
  n,
  class: 'reply',
  message: { text, language: 'ar', options: [], promptId: null, layout: 'list' },
  staff: null,
  ...over,
})

/** Rows read past row-level security. */
export const rows = async <T extends pg.QueryResultRow>(store: TestStore, sql: string, values: unknown[] = []): Promise<T[]> =>
  (await store.owner.query<T>(sql, values)).rows

export const count = async (store: TestStore, table: string): Promise<number> =>
  required((await rows<{ n: number }>(store, `select count(*)::int as n from ${table}`))[0]).n

export const contactOf = (loaded: Loaded): { association: Slug; conversation: ConversationId; contact: ContactId } => ({
  association: loaded.association,
  conversation: loaded.conversation,
  contact: loaded.contact,
})
