/** Facts of every load that hardly change, kept in the process. */
import { LRUCache } from 'lru-cache'
import type { AccountId, Slug, StaffId } from '../core/ids.ts'
import { type ChannelKind, channelKinds } from '../ports/channel.ts'
import { DomainError } from '../ports/errors.ts'
import type { PrismaClient } from './generated/client.ts'
import { inAssociation } from './prisma.ts'

export interface Names {
  /** An account never changes its kind. @throws DomainError `not-found` */
  channel(association: Slug, account: AccountId): Promise<ChannelKind>
  /** Shown name; a change is seen within a minute. */
  staff(association: Slug, id: StaffId): Promise<string>
}

const staffMs = 60_000

export const createNames = (prisma: PrismaClient): Names => {
  const channels = new Map<AccountId, ChannelKind>()
  const people = new LRUCache<StaffId, string>({ max: 1000, ttl: staffMs })
  return {
    async channel(association, account) {
      const known = channels.get(account)
      if (known) return known
      const row = await inAssociation(prisma, association, (tx) =>
        tx.channelAccount.findUnique({ where: { id: account }, select: { kind: true } }),
      )
      const kind = channelKinds.find((one) => one === row?.kind)
      if (!kind) throw new DomainError('not-found', `account ${account}`)
      channels.set(account, kind)
      return kind
    },
    async staff(association, id) {
      const known = people.get(id)
      if (known !== undefined) return known
      const row = await inAssociation(prisma, association, (tx) => tx.staff.findUnique({ where: { id }, select: { name: true } }))
      const name = row?.name ?? ''
      people.set(id, name)
      return name
    },
  }
}
