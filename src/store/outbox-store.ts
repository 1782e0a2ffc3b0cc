/** OutboxStore on PostgreSQL: serves all associations through two functions. */
import type { Pool } from 'pg'
import type { MessageClass } from '../core/engine/effect.ts'
import type { AccountId, ConversationId, Slug } from '../core/ids.ts'
import type { AbstractMessage, ChannelKind } from '../ports/channel.ts'
import type { Lease, OutboxStore } from '../ports/outbox-store.ts'
import type { Keyring } from './keys.ts'
import { openJson, openText } from './seal.ts'

/** As outbox_lease returns it. */
interface Row {
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
}

export const createOutboxStore = (pool: Pool, keyring: Keyring): OutboxStore => {
  const settle: OutboxStore['settle'] = async (settlements) => {
    if (settlements.length === 0) return
    const marks = settlements.map((mark) => ({
      a: mark.association,
      id: mark.id,
      n: mark.attempt,
      state: mark.state,
      failure: mark.state === 'sent' ? undefined : mark.failure,
      x: mark.state === 'sent' ? (mark.externalId ?? undefined) : undefined,
      retry: mark.state === 'queued' ? mark.retryAt : undefined,
    }))
    await pool.query({ name: 'outbox_settle', text: 'select outbox_settle($1)', values: [JSON.stringify(marks)] })
  }

  const toLease = async (row: Row): Promise<Lease | null> => {
    const { association } = row
    try {
      const key = await keyring.contactKey(association, row.contact, row.key)
      return {
        id: row.id,
        association,
        conversation: row.conversation,
        account: row.account,
        channel: row.channel,
        external: openText(key, { association, table: 'address', row: row.address, column: 'external' }, row.external),
        class: row.class,
        message: openJson<AbstractMessage>(key, { association, table: 'outbox', row: row.id, column: 'message' }, row.message),
        attempt: row.attempt,
      }
    } catch {
      // The person was erased meanwhile, or the row was tampered with: nobody can send it.
      await settle([{ association, id: row.id, attempt: row.attempt, state: 'failed', failure: 'refused' }])
      return null
    }
  }

  return {
    async lease(wanted, limit, leaseMs) {
      const { rows } = await pool.query<Row>({
        name: 'outbox_lease',
        text: 'select id, association, conversation, account, channel, address, external, contact, key, class, message, attempt from outbox_lease($1, $2, $3)',
        values: ['conversations' in wanted ? wanted.conversations.map(({ conversation }) => conversation) : null, limit, leaseMs],
      })
      const leases = await Promise.all(rows.map(toLease))
      return leases.filter((lease) => lease !== null)
    },
    settle,
  }
}
