/** Reads what a turn needs, for many conversations in one statement. */
import type { Pool } from 'pg'
import type { Content, DraftView } from '../core/engine/input.ts'
import { type ConversationState, initialState } from '../core/engine/state.ts'
import type { AccountId, ContactId, ConversationId, ReleaseId, RequestId, Slug, StaffId } from '../core/ids.ts'
import type { AnswerValue } from '../core/requests/request.ts'
import type { Loaded, TurnKey, TurnStore, WaitingRow } from '../ports/turn-store.ts'
import type { Keyring } from './keys.ts'
import { createLanes } from './lanes.ts'
import type { Names } from './names.ts'
import { openJson, openText } from './seal.ts'
import type { Seen } from './seen.ts'

/** As turn_load returns it. */
interface Row {
  n: number
  facts: string
  state: Buffer | null
  key: Buffer | null
  name: Buffer | null
  phone: Buffer | null
  answers: Buffer | null
  waiting: { id: string; at: string; content: string }[] | null
}

const statement = { name: 'turn_load', text: 'select * from turn_load($1, $2, $3, $4)' }

export interface Load {
  load: TurnStore['load']
  loadAnyway: TurnStore['loadAnyway']
  locate: TurnStore['locate']
}

export const createLoad = (pool: Pool, keyring: Keyring, names: Names, seen: Seen): Load => {
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
  return {
    async load(key) {
      const remembered = seen.lend(key)
      if (remembered) return remembered
      const row = await read(key)
      if (!row) return null
      const { loaded, draftVersion } = await open(key.association, row, keyring, names)
      seen.loaded(key, loaded, draftVersion)
      return loaded
    },
    async loadAnyway(key) {
      const row = await read(key)
      if (!row) return null
      const { loaded, draftVersion } = await open(key.association, row, keyring, names).catch(() =>
        open(key.association, { ...row, state: null }, keyring, names),
      )
      seen.loaded(key, loaded, draftVersion)
      return loaded
    },
    async locate(key) {
      const row = await read(key)
      if (!row) return null
      const [conversation, contact] = row.facts.split('|') as Facts // as in `open`
      return { association: key.association, conversation, contact }
    },
  }
}

const open = async (
  association: Slug,
  row: Row,
  keyring: Keyring,
  names: Names,
): Promise<{ loaded: Loaded; draftVersion: number | null }> => {
  const facts = row.facts.split('|')
  // Branded and of closed lists: they come from columns that nothing else enters.
  const [conversation, contact, account, version, epoch, owner, gender, language, stopped] = facts as Facts
  const key = await keyring.contactKey(association, contact, row.key)
  const draft = facts.length > contactFacts ? toDraft(association, facts.slice(contactFacts), row.answers, key) : null
  const loaded: Loaded = {
    association,
    conversation,
    contact,
    account,
    channel: await names.channel(association, account),
    version: Number(version),
    epoch: Number(epoch),
    owner: owner === '' ? { kind: 'bot' } : { kind: 'staff', id: owner, name: await names.staff(association, owner) },
    state: row.state
      ? readState(openJson(key, { association, table: 'conversation', row: conversation, column: 'state' }, row.state))
      : initialState(),
    profile: {
      name: openContact(association, contact, 'name', key, row.name),
      gender: gender || null,
      language: language || null,
      stopped: stopped === 'true',
    },
    draft,
    waiting: row.waiting ? row.waiting.map((stored) => toWaiting(association, stored, key)) : [],
    phone: openContact(association, contact, 'phone', key, row.phone),
  }
  return { loaded, draftVersion: draft && Number(facts.at(-1)) }
}

type Facts = [ConversationId, ContactId, AccountId, string, string, StaffId | '', 'female' | 'male' | '', 'ar' | 'en' | '', string]
type DraftFacts = [RequestId, string, ReleaseId, string, string, string, string, string]
/** As many as in Facts: those of the draft follow. */
const contactFacts = 9

const openContact = (association: Slug, contact: ContactId, column: string, key: Buffer, sealed: Buffer | null): string | null =>
  sealed && openText(key, { association, table: 'contact', row: contact, column }, sealed)

const toDraft = (association: Slug, facts: string[], answers: Buffer | null, key: Buffer): DraftView => {
  const [id, service, release, flow, node, touched, kept, reminded] = facts as DraftFacts // as above
  return {
    id,
    service,
    answers: answers
      ? openJson<Record<string, AnswerValue>>(key, { association, table: 'request', row: id, column: 'answers' }, answers)
      : {},
    release,
    flow,
    node,
    touchedAt: new Date(Number(touched)).toISOString(),
    keptUntil: kept || null,
    reminded: reminded === 'true',
  }
}

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
