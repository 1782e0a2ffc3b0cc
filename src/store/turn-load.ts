/** Reads what a turn needs, for many conversations in one statement. */
import type { Pool } from 'pg'
import type { Content } from '../core/engine/input.ts'
import { type ConversationState, initialState } from '../core/engine/state.ts'
import type { AccountId, ContactId, ConversationId, ReleaseId, RequestId, Slug, StaffId } from '../core/ids.ts'
import type { AnswerValue } from '../core/requests/request.ts'
import type { ChannelKind } from '../ports/channel.ts'
import type { Loaded, TurnKey } from '../ports/turn-store.ts'
import type { Keyring } from './keys.ts'
import { createLanes } from './lanes.ts'
import { openJson, openText } from './seal.ts'

/** As turn_load returns it. Ids are branded: they come from columns that only branded ids enter. */
interface Row {
  n: number
  conversation: ConversationId
  contact: ContactId
  account: AccountId
  channel: ChannelKind
  version: number
  epoch: number
  owner: StaffId | null
  owner_name: string | null
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

export const createLoad = (pool: Pool, keyring: Keyring): ((key: TurnKey) => Promise<Loaded | null>) => {
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
    return row && toLoaded(key.association, row, await keyring.contactKey(key.association, row.contact, row.key))
  }
}

const toLoaded = (association: Slug, row: Row, key: Buffer): Loaded => {
  const place = (table: string, id: string, column: string) => ({ association, table, row: id, column })
  const text = (column: string, sealed: Buffer | null) => sealed && openText(key, place('contact', row.contact, column), sealed)
  return {
    association,
    conversation: row.conversation,
    contact: row.contact,
    account: row.account,
    channel: row.channel,
    version: row.version,
    epoch: row.epoch,
    owner: row.owner ? { kind: 'staff', id: row.owner, name: row.owner_name ?? '' } : { kind: 'bot' },
    state: row.state ? readState(openJson(key, place('conversation', row.conversation, 'state'), row.state)) : initialState(),
    profile: { name: text('name', row.name), gender: row.gender, language: row.language, stopped: row.stopped },
    draft: row.draft && {
      id: row.draft,
      service: row.draft_service,
      answers: row.draft_answers
        ? openJson<Record<string, AnswerValue>>(key, place('request', row.draft, 'answers'), row.draft_answers)
        : {},
      release: row.draft_release,
      flow: row.draft_flow,
      node: row.draft_node,
      touchedAt: row.draft_touched.toISOString(),
      keptUntil: row.draft_kept,
      reminded: row.draft_reminded,
    },
    waiting: (row.waiting ?? []).map(({ id, at, content }) => ({
      id,
      at: new Date(at).toISOString(),
      content: openJson<Content>(key, place('inbox', id, 'content'), Buffer.from(content, 'base64')),
    })),
    phone: text('phone', row.phone),
  }
}

/** Upgrades from every earlier `v` go here. What was sealed by us is not checked again. */
export const readState = (stored: ConversationState): ConversationState => {
  if (stored.v !== 1) throw new Error(`conversation state of version ${stored.v}, written by a newer program`)
  return stored
}
