/** Associations, their releases and channel accounts: what start-up imports. */
import type { Pool } from 'pg'
import { v7 } from 'uuid'
import { AccountId, type ReleaseId, Slug } from '../core/ids.ts'
import type { ChannelKind } from '../ports/channel.ts'
import { DomainError } from '../ports/errors.ts'
import type { Prisma, PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'
import { openText, type Place, sealText } from './seal.ts'

export interface AssociationStore {
  /** Makes the association and its key at the first import; later ones add the release and make it the current one. Idempotent. */
  importAssociation(of: { slug: Slug; name: Prisma.InputJsonValue; release: { id: ReleaseId; body: Prisma.InputJsonValue } }): Promise<void>
  /** Body of a release, as it was imported. @throws DomainError `not-found` */
  loadRelease(slug: Slug, id: ReleaseId): Promise<unknown>
  /** The account of that name, made when missing. */
  ensureAccount(of: { association: Slug; kind: ChannelKind; name: string }): Promise<AccountId>
  /** The account of that name with its secret kept, sealed; made when missing. `settings` are as the row holds them, unchecked. */
  openAccount(of: {
    association: Slug
    kind: ChannelKind
    name: string
    secret: string
  }): Promise<{ account: AccountId; enabled: boolean; settings: unknown }>
  associationsKnown(): Promise<{ slug: Slug; name: unknown; release: string }[]>
}

export const createAssociationStore = (pool: Pool, prisma: PrismaClient, keyring: Keyring): AssociationStore => ({
  async importAssociation({ slug, name, release }) {
    await inAssociation(prisma, slug, async (tx) => {
      // Two processes may start at once: the first makes the key, the second finds it.
      await tx.association.createMany({
        data: [{ slug, name, key: new Uint8Array(keyring.makeAssociationKey(slug)), release: release.id }],
        skipDuplicates: true,
      })
      await tx.release.createMany({ data: [{ association: slug, id: release.id, body: release.body }], skipDuplicates: true })
      await tx.association.update({ where: { slug }, data: { name, release: release.id } })
    })
  },

  async loadRelease(slug, id) {
    const row = await inAssociation(prisma, slug, (tx) => tx.release.findUnique({ where: { association_id: { association: slug, id } } }))
    if (!row) throw new DomainError('not-found', `release ${slug} ${id}`)
    return row.body
  },

  async ensureAccount({ association, kind, name }) {
    const row = await inAssociation(prisma, association, async (tx) => {
      await tx.channelAccount.createMany({ data: [{ id: v7(), association, kind, name }], skipDuplicates: true })
      return tx.channelAccount.findUnique({ where: { association_kind_name: { association, kind, name } }, select: { id: true } })
    })
    return AccountId.parse(row?.id)
  },

  async openAccount({ association, kind, name, secret }) {
    const key = await keyring.associationKey(association)
    return inAssociation(prisma, association, async (tx) => {
      await tx.channelAccount.createMany({ data: [{ id: v7(), association, kind, name }], skipDuplicates: true })
      const row = await tx.channelAccount.findUniqueOrThrow({ where: { association_kind_name: { association, kind, name } } })
      const place = { association, table: 'channel_account', row: row.id, column: 'secret' }
      if (row.secret === null || !opensTo(key, place, row.secret, secret)) {
        await tx.channelAccount.update({ where: { id: row.id }, data: { secret: new Uint8Array(sealText(key, place, secret)) } })
      }
      return { account: AccountId.parse(row.id), enabled: row.enabled, settings: row.settings }
    })
  },

  async associationsKnown() {
    const { rows } = await pool.query<{ slug: string; name: unknown; release: string }>(
      'select slug, name, release from association order by slug',
    )
    return rows.map((row) => ({ ...row, slug: Slug.parse(row.slug) }))
  },
})

/** Whether the kept secret is this one; another key, or another token of the same bot, are no. */
const opensTo = (key: Buffer, place: Place, sealed: Uint8Array, secret: string): boolean => {
  try {
    return openText(key, place, sealed) === secret
  } catch {
    return false
  }
}
