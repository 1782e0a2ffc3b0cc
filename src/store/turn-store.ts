/** TurnStore on PostgreSQL. Load and commit are the hot path; the rest is Prisma and the sweeps. */
import type { Pool } from 'pg'
import { v7 } from 'uuid'
import type { Effect } from '../core/engine/effect.ts'
import type { Env, Input, TimerKind } from '../core/engine/input.ts'
import { ConversationId, type Slug } from '../core/ids.ts'
import { DomainError } from '../ports/errors.ts'
import type { TurnStore } from '../ports/turn-store.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { requestsSeenBy } from './links.ts'
import { createNames } from './names.ts'
import { inAssociation } from './prisma.ts'
import { openJson, sealJson, sealText } from './seal.ts'
import { createSeen } from './seen.ts'
import { createCommit } from './turn-commit.ts'
import { createLoad } from './turn-load.ts'
import { createWaitingRows } from './waiting-rows.ts'

export const createTurnStore = (pool: Pool, prisma: PrismaClient, keyring: Keyring, seen = createSeen()): TurnStore => ({
  ...createLoad(pool, keyring, createNames(prisma), seen),
  ...createWaitingRows(prisma, keyring),
  commit: createCommit(pool, keyring, seen),

  async meet({ association, account, external, phone }, now) {
    const contact = v7()
    const address = v7()
    const { key, wrapped } = await keyring.makeContactKey(association, contact)
    const place = (table: string, row: string, column: string) => ({ association, table, row, column })
    await pool.query({
      name: 'turn_meet',
      text: 'select turn_meet($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
      values: [
        association,
        account,
        keyring.blindIndex(association, 'external', external),
        sealText(key, place('address', address, 'external'), external),
        contact,
        wrapped,
        phone === null ? null : sealText(key, place('contact', contact, 'phone'), phone),
        address,
        v7(),
        now,
      ],
    })
  },

  async store({ association, conversation, contact }, row) {
    seen.forget(conversation)
    const key = await keyring.contactKey(association, contact)
    const content = sealJson(key, { association, table: 'inbox', row: row.id, column: 'content' }, row.content)
    const { rows } = await pool.query<{ fresh: boolean }>({
      name: 'turn_store',
      text: 'select turn_store($1, $2, $3, $4, $5, $6, $7, $8) as fresh',
      values: [association, conversation, row.account, row.id, row.externalId, row.content.kind, content, row.at],
    })
    return rows[0]?.fresh === true
  },

  async nextReference(association) {
    const { rows } = await pool.query<{ counter: number | null }>({
      name: 'turn_reference',
      text: 'select turn_reference($1) as counter',
      values: [association],
    })
    const counter = rows[0]?.counter
    if (typeof counter !== 'number') throw new DomainError('not-found', `association ${association}`)
    return counter
  },

  waitingAhead: (association, conversation) =>
    inAssociation(prisma, association, async (tx) => {
      const own = await tx.conversation.findUnique({ where: { id: conversation }, select: { waitingSince: true } })
      const since = own?.waitingSince
      return tx.conversation.count({
        where: { association, id: { not: conversation }, waitingSince: since ? { lt: since } : { not: null } },
      })
    }),

  requestsOf: (association, contact) => requestsSeenBy(prisma, keyring, association, contact),

  async overdue(before, limit) {
    const { rows } = await pool.query<{ association: Slug; conversation: ConversationId }>({
      name: 'sweep_overdue',
      text: 'select association, conversation from sweep_overdue($1, $2)',
      values: [before, limit],
    })
    return rows
  },

  async dueTimers(now, limit) {
    const { rows } = await pool.query<{ association: Slug; conversation: ConversationId; id: string; timer: TimerKind; subject: string }>({
      name: 'sweep_timers',
      text: 'select association, conversation, id, kind as timer, subject from sweep_timers($1, $2)',
      values: [now, limit],
    })
    return rows
  },

  async records(association, conversation) {
    const { rows, contact } = await inAssociation(prisma, association, async (tx) => ({
      rows: await tx.turn.findMany({ where: { conversationId: conversation }, orderBy: { seq: 'asc' } }),
      contact: await tx.conversation.findUnique({ where: { id: conversation }, select: { contactId: true } }),
    }))
    if (!contact) return []
    const key = await keyring.contactKey(association, contact.contactId)
    return rows.map((row) => {
      const record = openJson<TurnRecordSealed>(key, { association, table: 'turn', row: row.id, column: 'record' }, row.record)
      return {
        ...record,
        turnId: row.id,
        conversation,
        seq: row.seq,
        at: row.at.toISOString(),
      }
    })
  },

  async conversations(association) {
    const rows = await inAssociation(prisma, association, (tx) =>
      tx.conversation.findMany({ select: { id: true }, orderBy: { id: 'asc' } }),
    )
    return rows.map(({ id }) => ConversationId.parse(id))
  },
})

interface TurnRecordSealed {
  input: Input
  env: Env
  replies: unknown[]
  effects: Effect[]
}
