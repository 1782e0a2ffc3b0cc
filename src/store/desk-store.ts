/** What the desk reads, through Prisma, one association at a time. */
import { ConversationId, ReleaseId, RequestId, type Slug } from '../core/ids.ts'
import { RequestStage } from '../core/requests/request.ts'
import type { Clock } from '../ports/clock.ts'
import type { DeskConversation, DeskStore } from '../ports/desk-store.ts'
import { DomainError } from '../ports/errors.ts'
import { openerOf } from './desk-places.ts'
import { claimKey, dropClaim, keepReply } from './desk-replies.ts'
import { type DeskRow, readRow, readRows } from './desk-rows.ts'
import { keptFiles, labelsOf, readTranscript, staffNames, wordsOf } from './desk-transcript.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'

const iso = (date: Date | null): string | null => date?.toISOString() ?? null
const dayOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null

const openRow = async (keyring: Keyring, association: Slug, row: DeskRow): Promise<DeskConversation> => {
  const opener = await openerOf(keyring, association, row.contact_id, row.key)
  const newest = (): DeskConversation['newest'] => {
    const said = row.out_id === null ? null : opener.message(row.out_id, row.out_message)
    // A press right after its question is the usual case: the label is at hand.
    if (row.in_id !== null && row.in_at !== null && (row.out_at === null || row.in_at > row.out_at))
      return {
        from: 'person',
        kind: row.in_kind ?? 'unknown',
        text: wordsOf(opener.content(row.in_id, row.in_content), labelsOf([said])),
        at: row.in_at.toISOString(),
      }
    if (row.out_at === null) return null
    return { from: row.out_class === 'staff' ? 'staff' : 'bot', kind: 'text', text: said?.text ?? '', at: row.out_at.toISOString() }
  }
  return {
    id: row.id,
    name: opener.name(row.contact_id, row.name),
    channel: row.channel,
    owner: row.owner_id === null ? null : { id: row.owner_id, name: row.owner_name ?? '' },
    waitingSince: iso(row.waiting_since),
    waitingReason: row.waiting_reason,
    lastInAt: iso(row.last_in_at),
    newest: newest(),
    unanswered: row.unanswered,
    request:
      row.request_id === null || row.request_stage === null
        ? null
        : { id: row.request_id, reference: row.request_reference, stage: row.request_stage },
  }
}

export const createDeskStore = (prisma: PrismaClient, keyring: Keyring, clock: Clock): DeskStore => ({
  async conversations(association, staff) {
    const rows = await inAssociation(prisma, association, (tx) => readRows(tx, association, staff, clock.now()))
    return Promise.all(rows.map((row) => openRow(keyring, association, row)))
  },

  async conversation(association, id, count) {
    return inAssociation(prisma, association, async (tx) => {
      const row = await readRow(tx, association, id)
      if (row === null) throw new DomainError('not-found')
      const opener = await openerOf(keyring, association, row.contact_id, row.key)
      const { lines, more } = await readTranscript(tx, opener, id, count)
      const requests = await tx.request.findMany({
        where: { contactId: row.contact_id, stage: { not: 'discarded' } },
        select: { id: true, service: true, reference: true, stage: true, submittedAt: true },
        orderBy: { openedAt: 'desc' },
      })
      return {
        ...(await openRow(keyring, association, row)),
        unreachable: row.unreachable,
        language: row.language ?? 'ar',
        gender: row.gender,
        version: row.version,
        lines,
        more,
        requests: requests.map((request) => ({
          id: RequestId.parse(request.id),
          service: request.service,
          reference: request.reference,
          stage: RequestStage.parse(request.stage),
          submittedAt: iso(request.submittedAt),
        })),
      }
    })
  },

  async request(association, id) {
    return inAssociation(prisma, association, async (tx) => {
      const row = await tx.request.findFirst({ where: { id, association } })
      if (row === null) throw new DomainError('not-found')
      const contact = await tx.contact.findUniqueOrThrow({ where: { id: row.contactId }, select: { key: true, name: true } })
      const opener = await openerOf(keyring, association, row.contactId, contact.key)
      const answers = opener.answers(row.id, row.answers)
      const named = Object.values(answers).flatMap((answer) =>
        answer.kind === 'files' ? answer.files : answer.kind === 'voice' ? [answer.file] : [],
      )
      const files = await keptFiles(tx, opener, named)
      const events = await tx.requestEvent.findMany({ where: { requestId: id }, orderBy: [{ at: 'asc' }, { id: 'asc' }] })
      const names = await staffNames(
        tx,
        events.map((event) => event.staffId),
      )
      return {
        id,
        conversation: ConversationId.parse(row.conversationId),
        person: opener.name(row.contactId, contact.name),
        reference: row.reference,
        service: row.service,
        stage: RequestStage.parse(row.stage),
        release: ReleaseId.parse(row.release),
        flow: row.flow,
        answers,
        files: [...files.values()],
        openedAt: row.openedAt.toISOString(),
        submittedAt: iso(row.submittedAt),
        notBefore: dayOf(row.notBefore),
        declaration:
          row.declaration === null
            ? null
            : { text: row.declaration, at: (row.declaredAt ?? row.submittedAt ?? row.openedAt).toISOString() },
        events: events.map((event) => ({
          at: event.at.toISOString(),
          from: RequestStage.parse(event.from),
          to: RequestStage.parse(event.to),
          staff: names.get(event.staffId ?? '') ?? null,
          note: opener.note(event.id, event.note),
        })),
        version: row.version,
      }
    })
  },

  claim: (association, key, hash) => inAssociation(prisma, association, (tx) => claimKey(tx, association, key, hash)),
  keepReply: (association, key, reply) => inAssociation(prisma, association, (tx) => keepReply(tx, association, key, reply)),
  dropClaim: (association, key) => inAssociation(prisma, association, (tx) => dropClaim(tx, association, key)),
})
