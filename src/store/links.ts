/** Links of contacts, and requests seen through them. Written by turns (`turn_commit_links`); read here. */
import { randomBytes } from 'node:crypto'
import { v7 } from 'uuid'
import { z } from 'zod'
import type { RequestView } from '../core/engine/input.ts'
import { type LinkSight, linkTokenStart } from '../core/engine/link-replies.ts'
import { ContactId, type Slug } from '../core/ids.ts'
import type { ChannelKind } from '../ports/channel.ts'
import type { LinkStore } from '../ports/link-store.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation, type Tx } from './prisma.ts'
import { viewOf } from './request-view.ts'
import { openText } from './seal.ts'

/** Bytes of chance in a token. */
const tokenBytes = 32

const BotSettings = z.object({ username: z.string().regex(/^\w{4,64}$/) })

/** Contacts linked with this one now: directly, never by way of a third. Who was erased is linked with nobody. */
const linkedContacts = async (tx: Tx, association: Slug, contact: ContactId): Promise<ContactId[]> => {
  const links = await tx.link.findMany({
    where: { association, revokedAt: null, OR: [{ contactA: contact }, { contactB: contact }] },
    select: { contactA: true, contactB: true },
  })
  if (links.length === 0) return []
  const others = links.map(({ contactA, contactB }) => (contactA === contact ? contactB : contactA))
  const alive = await tx.contact.findMany({ where: { id: { in: others }, erasedAt: null }, select: { id: true }, orderBy: { id: 'asc' } })
  return alive.map(({ id }) => ContactId.parse(id))
}

const placesOf = async (tx: Tx, contacts: ContactId[]): Promise<ChannelKind[]> => {
  if (contacts.length === 0) return []
  const addresses = await tx.address.findMany({ where: { contactId: { in: contacts } }, select: { accountId: true } })
  const accounts = await tx.channelAccount.findMany({
    where: { id: { in: addresses.map(({ accountId }) => accountId) } },
    select: { kind: true },
    orderBy: { kind: 'asc' },
  })
  return [...new Set(accounts.map(({ kind }) => kind as ChannelKind))] // the column's CHECK is the list of kinds
}

/** Requests of the contact and of those linked with it, newest first. Words of staff open with the key of whose request it is. */
export const requestsSeenBy = async (
  prisma: PrismaClient,
  keyring: Keyring,
  association: Slug,
  contact: ContactId,
): Promise<RequestView[]> => {
  const { rows, notes } = await inAssociation(prisma, association, async (tx) => {
    const contacts = [contact, ...(await linkedContacts(tx, association, contact))]
    const rows = await tx.request.findMany({
      where: { contactId: { in: contacts }, stage: { not: 'discarded' } },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    })
    const notes = await tx.requestEvent.findMany({
      where: { requestId: { in: rows.map(({ id }) => id) } },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
      select: { id: true, requestId: true, note: true },
    })
    return { rows, notes }
  })
  const newest = new Map(notes.map((event) => [event.requestId, event]))
  return Promise.all(
    rows.map(async (row) => {
      const event = newest.get(row.id)
      if (!event?.note) return viewOf(row, null)
      const key = await keyring.contactKey(association, row.contactId)
      return viewOf(row, openText(key, { association, table: 'request_event', row: event.id, column: 'note' }, event.note))
    }),
  )
}

export const createLinkStore = (prisma: PrismaClient, keyring: Keyring): LinkStore => {
  const hashOf = (association: Slug, token: string) => new Uint8Array(keyring.blindIndex(association, 'link', token))
  return {
    botName: (association) =>
      inAssociation(prisma, association, async (tx) => {
        const accounts = await tx.channelAccount.findMany({
          where: { association, kind: 'telegram', enabled: true },
          select: { settings: true },
          orderBy: { createdAt: 'asc' },
        })
        const named = accounts.map(({ settings }) => BotSettings.safeParse(settings)).find(({ success }) => success)
        return named?.data?.username ?? null
      }),

    nameBot: ({ association, account }, username) =>
      inAssociation(prisma, association, async (tx) => {
        const settings = BotSettings.parse({ username })
        await tx.$executeRaw`
          update channel_account set settings = settings || ${JSON.stringify(settings)}::jsonb
          where id = ${account}::uuid and association = ${association} and settings ->> 'username' is distinct from ${username}`
      }),

    linkedWith: (association, contact) =>
      inAssociation(prisma, association, async (tx) => placesOf(tx, await linkedContacts(tx, association, contact))),

    offer: ({ association, contact, conversation }, now, until) =>
      inAssociation(prisma, association, async (tx) => {
        const token = linkTokenStart + randomBytes(tokenBytes).toString('base64url')
        await tx.linkOffer.deleteMany({ where: { association, contactId: contact, expiresAt: { lt: new Date(now) } } })
        await tx.linkOffer.create({
          data: {
            id: v7(),
            association,
            contactId: contact,
            conversationId: conversation,
            hash: hashOf(association, token),
            madeAt: new Date(now),
            expiresAt: new Date(until),
          },
        })
        return token
      }),

    read: ({ association, contact }, by, now) =>
      inAssociation(prisma, association, async (tx): Promise<LinkSight> => {
        const where = 'offer' in by ? { id: by.offer } : { hash: hashOf(association, by.token) }
        const offer = await tx.linkOffer.findFirst({ where: { ...where, association } })
        if (!offer) return { state: 'gone' }
        if (offer.contactId === contact) return { state: 'own' }
        const maker = ContactId.parse(offer.contactId)
        const place = (await placesOf(tx, [maker]))[0]
        if (place === undefined) return { state: 'gone' }
        if ((await linkedContacts(tx, association, contact)).includes(maker)) return { state: 'already', place }
        if (offer.usedAt !== null || offer.expiresAt <= new Date(now)) return { state: 'gone' }
        return { state: 'open', offer: offer.id, place }
      }),
  }
}
