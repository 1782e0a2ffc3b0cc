/** Requests as the acts of staff and the command line need them. */
import { ContactId, ConversationId, type Slug } from '../core/ids.ts'
import { serviceOf, wishes } from '../core/requests/services.ts'
import { DomainError } from '../ports/errors.ts'
import type { RequestFile, RequestStore } from '../ports/request-store.ts'
import { openerOf } from './desk-places.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation, type Tx } from './prisma.ts'
import { type RequestRow, viewOf } from './request-view.ts'

export const createRequestStore = (prisma: PrismaClient, keyring: Keyring): RequestStore => {
  const fileOf = async (tx: Tx, association: Slug, row: RequestRow): Promise<RequestFile> => {
    const contact = await tx.contact.findUniqueOrThrow({ where: { id: row.contactId } })
    const event = await tx.requestEvent.findFirst({ where: { requestId: row.id }, orderBy: { id: 'desc' } })
    const opener = await openerOf(keyring, association, row.contactId, contact.key)
    // Answers of a declared request are no business of the acts that move it.
    const silent = !serviceOf(row.service).declared && wishes(row.service, opener.answers(row.id, row.answers)).silent
    return {
      view: { ...viewOf(row, event === null ? null : opener.note(event.id, event.note)), ...(silent && { silent }) },
      conversation: ConversationId.parse(row.conversationId),
      contact: ContactId.parse(row.contactId),
      version: row.version,
      language: contact.language === 'en' ? 'en' : 'ar',
      gender: contact.gender === 'female' || contact.gender === 'male' ? contact.gender : null,
    }
  }
  const one = (association: Slug, read: (tx: Tx) => Promise<RequestRow | null>): Promise<RequestFile> =>
    inAssociation(prisma, association, async (tx) => {
      const row = await read(tx)
      if (!row) throw new DomainError('not-found', 'no such request')
      return fileOf(tx, association, row)
    })
  return {
    find: (association, request) => one(association, (tx) => tx.request.findUnique({ where: { id: request } })),
    findByReference: (association, reference) =>
      one(association, (tx) => tx.request.findUnique({ where: { association_reference: { association, reference } } })),
    list: (association, limit) =>
      inAssociation(prisma, association, async (tx) => {
        const rows = await tx.request.findMany({
          where: { stage: { notIn: ['draft', 'discarded'] } },
          orderBy: { submittedAt: 'desc' },
          take: limit,
        })
        return Promise.all(rows.map((row) => fileOf(tx, association, row)))
      }),
  }
}
