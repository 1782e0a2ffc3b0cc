/** What the store read, as the pages are told it. */
import type { DeskConversation, DeskConversationDetail } from '../../ports/desk-store.ts'
import type { ConversationDetail, ConversationRow } from '../contract.ts'

const characters = new Intl.Segmenter('ar', { granularity: 'grapheme' })
/** UTF-16 units of a preview at most: one «character» may be made of thousands. */
const mostUnits = 1200

/** First line, at most 80 characters as a reader counts them. */
const firstLine = (text: string): string => {
  const line = text.trimStart().split('\n', 1)[0] ?? ''
  if (line.length <= 80) return line
  const taken: string[] = []
  let units = 0
  for (const { segment } of characters.segment(line)) {
    units += segment.length
    if (taken.length === 80 || units > mostUnits) return `${taken.slice(0, 79).join('')}…`
    taken.push(segment)
  }
  return line
}

export const presentRow = (row: DeskConversation): ConversationRow => ({
  id: row.id,
  name: row.name,
  channel: row.channel,
  owner: row.owner,
  waitingSince: row.waitingSince,
  waitingReason: row.waitingReason,
  lastInAt: row.lastInAt,
  preview: firstLine(row.newest?.text ?? ''),
  previewKind: row.newest?.kind ?? null,
  previewFrom: row.newest?.from ?? null,
  unanswered: row.unanswered,
  request: row.request,
})

export const presentConversation = (detail: DeskConversationDetail): ConversationDetail => ({
  ...presentRow(detail),
  unreachable: detail.unreachable,
  language: detail.language,
  gender: detail.gender,
  version: detail.version,
  lines: detail.lines,
  more: detail.more,
  requests: detail.requests,
})
