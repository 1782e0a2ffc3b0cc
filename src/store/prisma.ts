/** Prisma for everything off the hot path, over the same pool. */
import { PrismaPg } from '@prisma/adapter-pg'
import type { Pool } from 'pg'
import { type Prisma, PrismaClient } from './generated/client.ts'

export type { Prisma } from './generated/client.ts'
export type Tx = Prisma.TransactionClient

export const createPrisma = (pool: Pool): PrismaClient => new PrismaClient({ adapter: new PrismaPg(pool) })

/** Milliseconds. Prisma gives up after two seconds, on a busy machine before anything is wrong; the pool waits for ten. */
const patience = { maxWait: 10_000, timeout: 30_000 }

/** One unit of work that sees one association's rows, and no others. */
export const inAssociation = <T>(prisma: PrismaClient, association: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  prisma.$transaction(async (tx) => {
    await tx.$queryRaw`select set_config('app.association', ${association}, true)`
    return work(tx)
  }, patience)
