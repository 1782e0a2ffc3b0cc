/**
 * The whole production path of a turn: cleaning, understanding, the engine over the shipped flows, rendering,
 * sealing, row-level security, inbox, turn record, state, outbox, drafts and timers. Delivery to the channel
 * comes after the commit and is not part of a turn, here as in the other systems.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { createTurnRunner, type TurnRunner } from '../../../src/app/turn-runner.ts'
import { createContents } from '../../../src/content/contents.ts'
import { type AccountId, Slug } from '../../../src/core/ids.ts'
import { cleanText } from '../../../src/core/text/clean.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'
import { migrationsDir } from '../../../src/main/root.ts'
import { openPools, type Pools } from '../../../src/platform/database.ts'
import { migrate } from '../../../src/platform/migrate.ts'
import { systemClock } from '../../../src/ports/clock.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import type { System } from '../system.ts'

const association = Slug.parse('masakin')

/** Twelve turns of one person: the wish, conditions, consent, five answers, and the draft deleted again. */
const dialogue = [
  'السلام عليكم أبغى أقدم على دعم سكني',
  '١',
  'أوافق',
  '٣',
  'سالم بن عبدالله التجريبي',
  '١٠٠٠٠٠٠٠٠٨',
  '٠٥٠٠٠٠٠٠٠١',
  'الرياض، حي النسيم',
  'ستة',
  'إلغاء',
  '٣',
  '٢',
] as const

export const createSila = (): System => {
  let pools: Pools
  let store: Store
  let runner: TurnRunner
  let account: AccountId
  let update = 0
  const externalOf = (conversation: number) => `visitor-${conversation}`
  return {
    name: 'Sila: the whole turn, security and encryption on',
    async setup(url, conversations) {
      await migrate(url, migrationsDir)
      pools = openPools({ url, max: 10 })
      const index = randomBytes(32)
      store = createStore({ pool: pools.app, keys: { master: randomBytes(32), index } })
      const releases = loadReleases(association, true)
      for (const { association: about, id, body } of releases) {
        await store.associations.importAssociation({ slug: about.slug, name: about.name, release: { id, body } })
      }
      account = await store.associations.ensureAccount({ association, kind: 'web-chat', name: 'bench' })
      runner = createTurnRunner({
        turns: store.turns,
        deadLetters: { put: async () => false },
        files: { keep: async () => ({ ok: false, problem: 'failed', size: 0, name: null }), remove: async () => {} },
        source: () => null,
        links: store.links,
        publicUrl: null,
        contents: createContents({ releases, loadSnapshot: store.associations.loadRelease }),
        clock: systemClock,
        random: { uuid: () => v7() },
        events: { publish: () => {}, subscribe: () => () => {} },
        log: {
          turn: () => {},
          slots: () => {},
          failure: ({ error }) => {
            throw error
          },
        },
        window: () => ({ text: 0, media: 0 }),
        sender: { wake: () => {}, ready: () => null, send: () => {}, giveBack: () => {} },
        ring: () => {},
        typing: () => {},
        hash: (text) => createHmac('sha256', index).update(text).digest('hex'),
      })
      const now = new Date().toISOString()
      for (let first = 0; first < conversations; first += 100) {
        const group = Array.from({ length: Math.min(100, conversations - first) }, (_, n) => first + n)
        await Promise.all(group.map((n) => store.turns.meet({ association, account, external: externalOf(n), phone: null }, now)))
      }
    },
    async turn(conversation, step) {
      update += 1
      const text = cleanText(dialogue[step % dialogue.length] ?? '')
      const { duplicate } = await runner.receive({
        association,
        account,
        update: {
          external: externalOf(conversation),
          externalId: `u-${update}`,
          at: new Date().toISOString(),
          content: { kind: 'text', text },
          phone: null,
        },
      })
      if (duplicate) throw new Error('taken for a duplicate')
    },
    async close() {
      await store.prisma.$disconnect()
      await pools.close()
    },
  }
}
