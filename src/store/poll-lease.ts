/** PollLease on PostgreSQL: one guarded UPDATE of the account's row, by the database's clock. */
import type { PollLease } from '../ports/poll-lease.ts'
import type { PrismaClient } from './generated/client.ts'
import { inAssociation } from './prisma.ts'

export const createPollLease = (prisma: PrismaClient): PollLease => ({
  async tryTake({ association, account }, holder, ms) {
    const taken = await inAssociation(
      prisma,
      association,
      (tx) => tx.$executeRaw`
        update channel_account set poll_holder = ${holder}, poll_until = clock_timestamp() + ${ms} * interval '1 ms'
        where id = ${account}::uuid and (poll_holder is null or poll_holder = ${holder} or poll_until <= clock_timestamp())`,
    )
    return taken === 1
  },
  async release({ association, account }, holder) {
    await inAssociation(
      prisma,
      association,
      (tx) => tx.$executeRaw`
        update channel_account set poll_holder = null, poll_until = null where id = ${account}::uuid and poll_holder = ${holder}`,
    )
  },
})
