/** A transcript: what arrived, what left, and who held the conversation, as one line of time. */
import type { Content } from '../core/engine/input.ts'
import { type ConversationId, FileId } from '../core/ids.ts'
import type { AbstractMessage } from '../ports/channel.ts'
import type { DeskLine } from '../ports/desk-store.ts'
import type { FileInfo } from '../ports/files.ts'
import type { Opener } from './desk-places.ts'
import type { Tx } from './prisma.ts'

type Labels = ReadonlyMap<string, string>

/** Words of a message of the person; a pressed option in the words it had. */
export const wordsOf = (content: Content | null, labels: Labels): string => {
  switch (content?.kind) {
    case undefined:
      return ''
    case 'text':
    case 'edit':
      return content.text
    case 'choice':
      return labels.get(`${content.promptId} ${content.optionId}`) ?? ''
    case 'image':
    case 'document':
    case 'voice':
    case 'video':
      return content.caption ?? ''
    case 'location':
      return `${content.latitude}, ${content.longitude}`
    case 'start':
    case 'sticker':
    case 'contact':
    case 'unknown':
      return ''
    default:
      return content satisfies never
  }
}

export const labelsOf = (messages: (AbstractMessage | null)[]): Labels =>
  new Map(
    messages.flatMap((message) =>
      message?.promptId ? message.options.map((option) => [`${message.promptId} ${option.id}`, option.label] as const) : [],
    ),
  )

const receivedFile = (content: Content | null) => (content !== null && 'file' in content ? content.file : null)

export const staffNames = async (tx: Tx, ids: (string | null)[]): Promise<Map<string, string>> => {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  if (wanted.length === 0) return new Map()
  const rows = await tx.staff.findMany({ where: { id: { in: wanted } }, select: { id: true, name: true } })
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** @returns those of the files that still exist, by id */
export const keptFiles = async (tx: Tx, opener: Opener, ids: string[]): Promise<Map<string, FileInfo>> => {
  if (ids.length === 0) return new Map()
  const rows = await tx.file.findMany({ where: { id: { in: ids }, removedAt: null } })
  return new Map(
    rows.map((row) => [row.id, { id: FileId.parse(row.id), mime: row.mime, size: row.size, name: opener.fileName(row.id, row.name) }]),
  )
}

type Sealable = DeskLine & { seal: string | null }

/** One line stands for all that is sealed together. */
const hideSealed = (lines: Sealable[]): DeskLine[] =>
  lines.flatMap(({ seal, ...line }, index) => {
    if (seal === null) return line
    const first = index === 0 || lines[index - 1]?.seal !== seal
    return first ? { ...line, from: 'notice' as const, kind: 'sealed', text: '', options: [], staff: null, file: null, state: '' } : []
  })

/** Kinds of line in one instant: what was heard, what it did, what was answered. */
const rank = { person: 0, notice: 1, bot: 2, staff: 2 } as const

const inTime = (a: DeskLine, b: DeskLine): number =>
  a.at.localeCompare(b.at) || rank[a.from] - rank[b.from] || (a.id < b.id ? -1 : Number(a.id > b.id))

/** @returns at most `count` lines, the newest, oldest first; and whether there are more */
export const readTranscript = async (
  tx: Tx,
  opener: Opener,
  conversation: ConversationId,
  count: number,
): Promise<{ lines: DeskLine[]; more: boolean }> => {
  const newest = { where: { conversationId: conversation }, orderBy: { id: 'desc' }, take: count + 1 } as const
  const arrived = await tx.inbox.findMany(newest)
  const left = await tx.outbox.findMany({ ...newest, where: { ...newest.where, state: { not: 'cancelled' } } })
  const moves = await tx.handover.findMany(newest)
  const names = await staffNames(tx, [...left.map((row) => row.staffId), ...moves.map((row) => row.staffId)])
  const messages = left.map((row) => ({ row, message: opener.message(row.id, row.message) }))
  const labels = labelsOf(messages.map(({ message }) => message))
  const contents = arrived.map((row) => ({ row, content: opener.content(row.id, row.content) }))
  const files = await keptFiles(
    tx,
    opener,
    contents.flatMap(({ content }) => receivedFile(content)?.id ?? []),
  )

  const all: Sealable[] = [
    ...contents.map(
      ({ row, content }): Sealable => ({
        seal: row.seal,
        id: row.id,
        from: 'person',
        at: row.at.toISOString(),
        kind: row.kind,
        text: wordsOf(content, labels),
        options: [],
        staff: null,
        file: files.get(receivedFile(content)?.id ?? '') ?? null,
        state: row.state === 'taken' ? (row.disposition ?? 'taken') : row.state,
      }),
    ),
    ...messages.map(
      ({ row, message }): Sealable => ({
        seal: row.seal,
        id: row.id,
        from: row.class === 'staff' ? 'staff' : 'bot',
        at: row.at.toISOString(),
        kind: 'text',
        text: message?.text ?? '',
        options: (message?.options ?? []).map(({ n, label }) => ({ n, label })),
        staff: names.get(row.staffId ?? '') ?? null,
        file: null,
        state: row.state,
      }),
    ),
    ...moves.map(
      (row): Sealable => ({
        seal: null,
        id: row.id,
        from: 'notice',
        at: row.at.toISOString(),
        kind: row.kind,
        text: row.reason ?? '',
        options: [],
        staff: names.get(row.staffId ?? '') ?? null,
        file: null,
        state: '',
      }),
    ),
  ].sort(inTime)
  const lines = hideSealed(all)
  return { lines: lines.slice(-count), more: lines.length > count }
}
