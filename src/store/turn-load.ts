/** Reads what a turn needs, for many conversations in one statement. */
import type { Pool } from 'pg'
import type { Content, DraftView } from '../core/engine/input.ts'
import { type ConversationState, initialState } from '../core/engine/state.ts'
import type { AccountId, ContactId, ConversationId, ReleaseId, RequestId, Slug, StaffId } from '../core/ids.ts'
import type { AnswerValue } from '../core/requests/request.ts'
import type { Loaded, TurnKey, WaitingRow } from '../ports/turn-store.ts'
import type { Keyring } from './keys.ts'
import { createLanes } from './lanes.ts'
import type { Names } from './names.ts'
import { openJson, openText } from './seal.ts'

/** As turn_load returns it. Ids are branded: they come from columns that only branded ids enter. */
interface Row {
  n: number
  conversation: ConversationId
  contact: ContactId
  account: AccountId
  version: number
  epoch: number
  owner: StaffId | null
  state: Buffer | null
  key: Buffer | null
  name: Buffer | null
  phone: Buffer | null
  gender: 'female' | 'male' | null
  language: 'ar' | 'en' | null
  stopped: boolean
  draft: RequestId | null
  draft_service: string
  draft_answers: Buffer | null
  draft_release: ReleaseId
  draft_flow: string
  draft_node: string
  draft_touched: Date
  draft_kept: string | null
  draft_reminded: boolean
  waiting: { id: string; at: string; content: string }[] | null
}

const statement = { name: 'turn_load', text: 'select * from turn_load($1, $2, $3, $4)' }

export const createLoad = (pool: Pool, keyring: Keyring, names: Names): ((key: TurnKey) => Promise<Loaded | null>) => {
  const run = async (keys: TurnKey[]): Promise<(Row | null)[]> => {
    const found: (Row | null)[] = keys.map(() => null)
    const values = [
      keys.map(({ association }) => association),
      keys.map((key) => ('account' in key ? key.account : null)),
      keys.map((key) => ('account' in key ? keyring.blindIndex(key.association, 'external', key.external) : null)),
      keys.map((key) => ('conversation' in key ? key.conversation : null)),
    ]
    const { rows } = await pool.query<Row>({ ...statement, values })
    for (const row of rows) found[row.n - 1] = row
    return found
  }
  const read = createLanes({ lanes: 2, size: 64, run })
  return async (key) => {
    const row = await read(key)
    if (!row) return null
    const { association } = key
    const secret = await keyring.contactKey(association, row.contact, row.key)
    const owner = row.owner && { kind: 'staff' as const, id: row.owner, name: await names.staff(association, row.owner) }
    return {
      association,
      conversation: row.conversation,
      contact: row.contact,
      account: row.account,
      channel: await names.channel(association, row.account),
      version: row.version,
      epoch: row.epoch,
      owner: owner ?? { kind: 'bot' },
      state: row.state
        ? readState(openJson(secret, { association, table: 'conversation', row: row.conversation, column: 'state' }, row.state))
        : initialState(),
      profile: {
        name: openContact(association, row.contact, 'name', secret, row.name),
        gender: row.gender,
        language: row.language,
        stopped: row.stopped,
      },
      draft: row.draft && toDraft(association, row.draft, row, secret),
      waiting: row.waiting ? row.waiting.map((stored) => toWaiting(association, stored, secret)) : [],
      phone: openContact(association, row.contact, 'phone', secret, row.phone),
    }
  }
}

const openContact = (association: Slug, contact: ContactId, column: string, key: Buffer, sealed: Buffer | null): string | null =>
  sealed && openText(key, { association, table: 'contact', row: contact, column }, sealed)

const toDraft = (association: Slug, id: RequestId, row: Row, key: Buffer): DraftView => ({
  id,
  service: row.draft_service,
  answers: row.draft_answers
    ? openJson<Record<string, AnswerValue>>(key, { association, table: 'request', row: id, column: 'answers' }, row.draft_answers)
    : {},
  release: row.draft_release,
  flow: row.draft_flow,
  node: row.draft_node,
  touchedAt: row.draft_touched.toISOString(),
  keptUntil: row.draft_kept,
  reminded: row.draft_reminded,
})

const toWaiting = (association: Slug, { id, at, content }: { id: string; at: string; content: string }, key: Buffer): WaitingRow => ({
  id,
  at: new Date(at).toISOString(),
  content: openJson<Content>(key, { association, table: 'inbox', row: id, column: 'content' }, Buffer.from(content, 'base64')),
})

/** Upgrades from every earlier `v` go here. What was sealed by us is not checked again. */
export const readState = (stored: ConversationState): ConversationState => {
  if (stored.v !== 1) throw new Error(`conversation state of version ${stored.v}, written by a newer program`)
  return stored
}
