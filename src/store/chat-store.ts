/** Transcript for the person of the conversation: never a cancelled or queued message. */
import type { Content } from '../core/engine/input.ts'
import { ContactId, ConversationId } from '../core/ids.ts'
import type { ChatLine, ChatStore } from '../ports/chat-store.ts'
import { openerOf } from './desk-places.ts'
import { keptFiles, labelsOf, staffNames, wordsOf } from './desk-transcript.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'

const shown = ['sent', 'delivered', 'read', 'uncertain']

const fileOf = (content: Content | null): string | null => (content !== null && 'file' in content ? content.file.id : null)

export const createChatStore = (prisma: PrismaClient, keyring: Keyring): ChatStore => ({
  find: (association, account, external) =>
    inAssociation(prisma, association, async (tx) => {
      const index = new Uint8Array(keyring.blindIndex(association, 'external', external))
      const address = await tx.address.findUnique({ where: { accountId_externalIndex: { accountId: account, externalIndex: index } } })
      if (!address) return null
      const conversation = await tx.conversation.findUnique({ where: { addressId: address.id } })
      if (!conversation) return null
      return {
        conversation: ConversationId.parse(conversation.id),
        contact: ContactId.parse(conversation.contactId),
        owner: conversation.ownerId === null ? 'bot' : 'staff',
      }
    }),

  lines: (association, place, since) =>
    inAssociation(prisma, association, async (tx) => {
      const contact = await tx.contact.findUniqueOrThrow({ where: { id: place.contact }, select: { key: true } })
      const opener = await openerOf(keyring, association, place.contact, contact.key)
      const after = since === null ? {} : { id: { gt: since } }
      const where = { conversationId: place.conversation, ...after }
      const arrived = await tx.inbox.findMany({ where, orderBy: { id: 'asc' } })
      const left = await tx.outbox.findMany({ where: { ...where, state: { in: shown } }, orderBy: { id: 'asc' } })
      const messages = left.map((row) => ({ row, message: opener.message(row.id, row.message) }))
      // What a link carried is no line of the conversation: the answer to it is.
      const contents = arrived
        .map((row) => ({ row, content: opener.content(row.id, row.content) }))
        .filter(({ content }) => content?.kind !== 'start')
      const pressed = contents.some(({ content }) => content?.kind === 'choice')
      // A press may answer a question from before `since`: its words stand there.
      const earlier =
        pressed && since !== null
          ? await tx.outbox.findMany({
              where: { conversationId: place.conversation, id: { lte: since } },
              orderBy: { id: 'desc' },
              take: 20,
            })
          : []
      const labels = labelsOf([...messages.map(({ message }) => message), ...earlier.map((row) => opener.message(row.id, row.message))])
      const names = await staffNames(
        tx,
        left.map(({ staffId }) => staffId),
      )
      const files = await keptFiles(
        tx,
        opener,
        contents.flatMap(({ content }) => fileOf(content) ?? []),
      )
      const lines: ChatLine[] = [
        ...contents.map(
          ({ row, content }): ChatLine => ({
            id: row.id,
            from: 'me',
            at: row.at.toISOString(),
            text: wordsOf(content, labels),
            language: 'ar',
            options: [],
            promptId: null,
            layout: 'list',
            staff: null,
            file: files.get(fileOf(content) ?? '') ?? null,
            clientId: row.externalId,
          }),
        ),
        ...messages.map(
          ({ row, message }): ChatLine => ({
            id: row.id,
            from: row.class === 'staff' ? 'staff' : 'bot',
            at: row.at.toISOString(),
            text: message?.text ?? '',
            language: message?.language ?? 'ar',
            options: message?.options ?? [],
            promptId: message?.promptId ?? null,
            layout: message?.layout ?? 'list',
            staff: names.get(row.staffId ?? '') ?? null,
            file: null,
            clientId: null,
          }),
        ),
      ]
      return lines.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
    }),
})
