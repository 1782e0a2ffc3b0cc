/** OutboxStore on PostgreSQL: serves all associations through functions. */
import type { Pool } from 'pg'
import type { MessageClass } from '../core/engine/effect.ts'
import { type AccountId, ConversationId, type Slug } from '../core/ids.ts'
import type { AbstractMessage, ChannelKind } from '../ports/channel.ts'
import type { Lease, Leased, OutboxStore, Settlement } from '../ports/outbox-store.ts'
import { applyPace } from './account-pace.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'
import { openJson, openText } from './seal.ts'

/** As outbox_lease returns it: a leased message. */
interface LeasedRow {
  note: null
  id: string
  association: Slug
  conversation: ConversationId
  account: AccountId
  channel: ChannelKind
  address: string
  external: Buffer
  contact: string
  key: Buffer | null
  class: MessageClass
  message: Buffer
  attempt: number
  failures: number
  repeated: boolean
  unreachable: boolean
}
type Row =
  | LeasedRow
  | { note: 'account'; account: AccountId; wait_ms: number }
  | { note: 'conversation'; association: Slug; conversation: ConversationId; wait_ms: number }
  | { note: 'lapsed'; association: Slug; conversation: ConversationId; channel: ChannelKind }
  | { note: 'more' }

const lease = {
  name: 'outbox_lease',
  text: `select note, wait_ms, id, association, conversation, account, channel, address, external, contact, key, class, message,
    attempt, failures, repeated, unreachable from outbox_lease($1, $2, $3, $4)`,
}

const toMark = (mark: Settlement): object => {
  const base = { a: mark.association, id: mark.id, n: mark.attempt, state: mark.state }
  switch (mark.state) {
    case 'sent':
      return { ...base, x: mark.externalId ?? undefined, reached: mark.reached }
    case 'queued':
      return { ...base, failure: mark.failure, wait: Math.round(mark.waitMs), counts: mark.counts, again: mark.again }
    case 'failed':
    case 'uncertain':
      return { ...base, failure: mark.failure, at: mark.at }
    default:
      return mark satisfies never
  }
}

export const createOutboxStore = (pool: Pool, prisma: PrismaClient, keyring: Keyring): OutboxStore => {
  const settle: OutboxStore['settle'] = async (settlements) => {
    if (settlements.length === 0) return []
    const { rows } = await pool.query<{ conversation: ConversationId }>({
      name: 'outbox_landed',
      text: 'select conversation from outbox_landed($1)',
      values: [JSON.stringify(settlements.map(toMark))],
    })
    return rows.map(({ conversation }) => conversation)
  }

  const toLease = async (row: LeasedRow): Promise<Lease | null> => {
    const { id, association, conversation, account, channel, attempt, failures, repeated, unreachable } = row
    try {
      const key = await keyring.contactKey(association, row.contact, row.key)
      const external = openText(key, { association, table: 'address', row: row.address, column: 'external' }, row.external)
      const message = openJson<AbstractMessage>(key, { association, table: 'outbox', row: id, column: 'message' }, row.message)
      return {
        ...{ id, association, conversation, account, channel, external, class: row.class, message },
        ...{ attempt, failures, repeated, unreachable },
      }
    } catch {
      // The person was erased meanwhile, or the row was tampered with: nobody can send it.
      await settle([{ association, id, attempt, state: 'failed', failure: 'refused', at: new Date().toISOString() }])
      return null
    }
  }

  return {
    async lease(wanted, limit, leaseMs) {
      const conversations = 'conversations' in wanted ? wanted.conversations.map(({ conversation }) => conversation) : null
      const account = 'account' in wanted ? wanted.account : null
      const { rows } = await pool.query<Row>({ ...lease, values: [conversations, account, limit, leaseMs] })
      const found: Leased = { leases: [], waits: [], lapsed: [], more: false }
      for (const row of rows) {
        switch (row.note) {
          case null: {
            const opened = await toLease(row)
            if (opened) found.leases.push(opened)
            break
          }
          case 'account':
            found.waits.push({ account: row.account, ms: row.wait_ms })
            break
          case 'conversation':
            found.waits.push({ association: row.association, conversation: row.conversation, ms: row.wait_ms })
            break
          case 'lapsed':
            found.lapsed.push({ association: row.association, conversation: row.conversation, channel: row.channel })
            break
          case 'more':
            found.more = true
            break
          default:
            row satisfies never
        }
      }
      return found
    },

    settle,

    pace: (account, fallback) => applyPace(pool, account, fallback),

    async reclaim() {
      await pool.query('select outbox_reclaim()')
    },

    async pause(account, ms) {
      await pool.query('select outbox_pause($1, $2)', [account, Math.ceil(ms)])
    },

    setReachable: ({ association, account, external }, reachable, now) =>
      inAssociation(prisma, association, async (tx) => {
        const externalIndex = new Uint8Array(keyring.blindIndex(association, 'external', external))
        const where = { accountId_externalIndex: { accountId: account, externalIndex } }
        const address = await tx.address.findUnique({ where, select: { id: true, unreachableAt: true } })
        if (!address) return null
        await tx.address.update({ where: { id: address.id }, data: { unreachableAt: reachable ? null : new Date(now) } })
        const conversation = await tx.conversation.findUnique({ where: { addressId: address.id }, select: { id: true } })
        return conversation && ConversationId.parse(conversation.id)
      }),
  }
}
