/**
 * Our store with the engine left out: row-level security forced, everything sealed, inbox, turn record,
 * state, outbox, draft, timers and requests written as the real flow writes them. What the engine adds
 * is measured by the system that runs it.
 */
import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { nothingUnderstood } from '../../../src/core/engine/input.ts'
import { type AccountId, ReleaseId, RequestId, Slug } from '../../../src/core/ids.ts'
import type { AnswerValue } from '../../../src/core/requests/request.ts'
import { migrationsDir } from '../../../src/main/root.ts'
import { openPools, type Pools } from '../../../src/platform/database.ts'
import { migrate } from '../../../src/platform/migrate.ts'
import type { Loaded, OutboxRow, RareWrites, TurnCommit } from '../../../src/ports/turn-store.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import { answerOf, type System, steps, wordOf } from '../system.ts'

const association = Slug.parse('masakin')
const release = ReleaseId.parse('0123456789abcdef')

/** The turn that a fixed flow of 12 steps would take: opens a draft, saves nine answers, submits. */
const decide = (loaded: Loaded, account: AccountId, step: number, externalId: string, reference: string | null): TurnCommit => {
  const now = new Date().toISOString()
  const seed = v7()
  const inbox = { id: v7(), account, externalId, at: now, content: { kind: 'text' as const, text: wordOf(step) } }
  const request = loaded.draft?.id ?? RequestId.parse(v7())
  const node = `step-${step}`
  const prompt = { id: `${seed.slice(0, -4)}0001`, flow: 'support-request', node, options: [{ id: 'yes', n: 1 }], at: now }
  const value: AnswerValue = { kind: 'text', value: wordOf(step) }
  const due = new Date(Date.now() + 86_400_000).toISOString()
  const rare: RareWrites =
    step === 0
      ? {}
      : step === 1
        ? {
            requestOpened: { id: request, service: 'support', release, flow: 'support-request', node, runId: seed },
            timersSet: [{ timer: 'draft-reminder', subject: request, dueAt: due }],
          }
        : step < steps - 1
          ? {
              answersSaved: { request, values: { [`field-${step}`]: value }, keptUntil: null },
              position: { request, flow: 'support-request', node },
            }
          : {
              timersCleared: [{ timer: 'draft-reminder', subject: request }],
              submitted: {
                request,
                reference: reference ?? '',
                declaration: 'support-request:declaration',
                dataHash: seed,
                notBefore: '2026-12-01',
                release,
                name: 'سالم التجريبي',
              },
            }
  const message: OutboxRow['message'] = {
    text: answerOf(step),
    language: 'ar',
    options: [{ id: 'yes', n: 1, label: 'نعم' }],
    promptId: prompt.id,
    layout: 'list',
  }
  return {
    association,
    conversation: loaded.conversation,
    contact: loaded.contact,
    version: loaded.version,
    epoch: loaded.epoch,
    turnId: seed,
    now,
    state: {
      ...loaded.state,
      introduced: true,
      lastHeard: now,
      run: {
        id: seed,
        release,
        requestId: request,
        frames: [
          {
            flow: 'support-request',
            node,
            trail: Array.from({ length: step }, (_, i) => `step-${i}`),
            tries: 0,
            vars: {},
            returnTo: null,
          },
        ],
      },
      prompt,
    },
    arrived: [inbox],
    taken: [],
    disposition: { kind: 'answered' },
    input: {
      kind: 'message-received',
      messages: [{ id: inbox.id, at: now, content: inbox.content }],
      understanding: { ...nothingUnderstood, rest: wordOf(step), knowledge: release },
    },
    env: {
      now,
      seed,
      release,
      owner: loaded.owner,
      profile: loaded.profile,
      draft: loaded.draft,
      office: { open: true, changesAt: null },
      channel: { kind: loaded.channel, phone: loaded.phone },
    },
    replies: [],
    effects: [
      {
        kind: 'say',
        release,
        language: 'ar',
        key: `support-request:${node}.ask`,
        params: {},
        class: 'reply',
        prompt: { id: prompt.id, options: [{ id: 'yes', n: 1, label: { kind: 'text', key: 'common:yes' } }], layout: 'list' },
      },
    ],
    outbox: [{ id: `${seed.slice(0, -4)}f000`, n: 0, class: 'reply', staff: null, message }],
    rare,
  }
}

export const createSilaStore = (): System & { store(): Store } => {
  let pools: Pools
  let store: Store
  let account: AccountId
  let update = 0
  const externalOf = (conversation: number) => `visitor-${conversation}`
  return {
    name: 'Sila: store, security and encryption, no engine',
    store: () => store,
    async setup(url, conversations) {
      await migrate(url, migrationsDir)
      pools = openPools({ url, max: 10 })
      store = createStore({ pool: pools.app, keys: { master: randomBytes(32), index: randomBytes(32) } })
      await store.associations.importAssociation({ slug: association, name: { ar: 'تجربة' }, release: { id: release, body: {} } })
      account = await store.associations.ensureAccount({ association, kind: 'web-chat', name: 'bench' })
      const now = new Date().toISOString()
      for (let first = 0; first < conversations; first += 100) {
        const group = Array.from({ length: Math.min(100, conversations - first) }, (_, n) => first + n)
        await Promise.all(group.map((n) => store.turns.meet({ association, account, external: externalOf(n), phone: null }, now)))
      }
    },
    async turn(conversation, step) {
      const loaded = await store.turns.load({ association, account, external: externalOf(conversation) })
      if (!loaded) throw new Error('nobody there')
      update += 1
      const externalId = `u-${update}`
      const reference = step === steps - 1 ? `MS-${await store.turns.nextReference(association)}` : null
      const result = await store.turns.commit(decide(loaded, account, step, externalId, reference))
      if (result !== 'committed') throw new Error(result)
    },
    async close() {
      await store.prisma.$disconnect()
      await pools.close()
    },
  }
}
