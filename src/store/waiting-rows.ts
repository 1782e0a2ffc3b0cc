/** Rows that no turn has taken yet: set aside when they fail, completed when their file arrives. */
import type { TurnStore } from '../ports/turn-store.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'
import { sealJson } from './seal.ts'

type WaitingRows = Pick<TurnStore, 'park' | 'claimFile' | 'dropFile' | 'putFile'>

export const createWaitingRows = (prisma: PrismaClient, keyring: Keyring): WaitingRows => ({
  park: ({ association, conversation }, ids, mostAttempts, now) =>
    inAssociation(prisma, association, async (tx) => {
      const waiting = { ...(ids !== 'all' && { id: { in: ids } }), conversationId: conversation, state: 'waiting' }
      await tx.inbox.updateMany({ where: waiting, data: { attempts: { increment: 1 } } })
      const parked = await tx.inbox.updateMany({
        where: { ...waiting, attempts: { gte: mostAttempts } },
        data: { state: 'parked', disposition: 'handed-over', reason: 'failed' },
      })
      if (parked.count === 0) return 0
      await tx.conversation.updateMany({
        where: { id: conversation, waitingSince: null, ownerId: null },
        data: { waitingSince: new Date(now), waitingReason: 'failed' },
      })
      return parked.count
    }),

  claimFile: ({ association, conversation }, id, ms) =>
    inAssociation(prisma, association, async (tx) => {
      const rows = await tx.$queryRaw<{ attempts: number }[]>`
        update inbox set attempts = attempts + 1, fetch_until = clock_timestamp() + ${ms}::integer * interval '1 ms'
        where id = ${id}::uuid and conversation_id = ${conversation}::uuid and state = 'waiting'
          and (fetch_until is null or fetch_until < clock_timestamp())
        returning attempts`
      return rows[0]?.attempts ?? null
    }),

  dropFile: ({ association, conversation }, id, attempt, counts) =>
    inAssociation(prisma, association, async (tx) => {
      await tx.inbox.updateMany({
        where: { id, conversationId: conversation, state: 'waiting', attempts: attempt },
        data: { fetchUntil: null, attempts: counts ? attempt : attempt - 1 },
      })
    }),

  async putFile({ association, conversation, contact }, id, attempt, content) {
    const key = await keyring.contactKey(association, contact)
    const sealed = sealJson(key, { association, table: 'inbox', row: id, column: 'content' }, content)
    const { count } = await inAssociation(prisma, association, (tx) =>
      tx.inbox.updateMany({
        where: { id, conversationId: conversation, state: 'waiting', attempts: attempt },
        data: { content: new Uint8Array(sealed), fetchUntil: null, attempts: 0 },
      }),
    )
    return count > 0
  },
})
