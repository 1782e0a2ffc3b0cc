/** DeadLetters on PostgreSQL. */
import type { Pool } from 'pg'
import { v7 } from 'uuid'
import type { Clock } from '../ports/clock.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'
import { sealJson } from './seal.ts'

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000)

export const createDeadLetters = (pool: Pool, prisma: PrismaClient, keyring: Keyring, clock: Clock): DeadLetters => ({
  async put({ association, account, externalId, body, error }) {
    const id = v7()
    const key = await keyring.associationKey(association)
    const sealed = sealJson(key, { association, table: 'dead_letter', row: id, column: 'body' }, { body, error: describe(error) })
    const { count } = await inAssociation(prisma, association, (tx) =>
      tx.deadLetter.createMany({
        data: [{ id, association, accountId: account, externalId, body: new Uint8Array(sealed), at: clock.now() }],
        skipDuplicates: true,
      }),
    )
    return count > 0
  },

  async count() {
    const { rows } = await pool.query<{ n: string }>('select dead_letters() as n')
    return Number(rows[0]?.n ?? 0)
  },
})
