/**
 * Reads the ledger after a run and holds it against what people did and what they saw. Shares no code with the
 * program: it knows the tables and the two logs of the Bot API server, nothing else.
 */
import pg from 'pg'

/** One message that the channel accepted, in the order in which people saw them. */
export interface Visible {
  chat: number
  /** As the program names it in its outbox. */
  name: string
  text: string
  /** Milliseconds since the epoch. */
  at: number
}

/** One thing a person did: the id by which the program must have stored it. */
export interface Said {
  chat: number
  externalId: string
}

/** From the answer to the one who took over until they asked for the release. */
export interface TakeOver {
  chat: number
  from: number
  until: number
}

/** Outside office hours a person who writes to staff is told, once in a silence, when they will be read. */
const nobodyIn = /^وصلت رسالتك، وتبقى أمام/

/** What is read of the database: rows of the one bot. */
export interface Tables {
  inbox: { external_id: string; state: string; disposition: string | null; conversation_id: string }[]
  outbox: { conversation_id: string; seq: number; n: number; state: string; external_id: string | null; of_staff: boolean }[]
  requests: { conversation_id: string; stage: string }[]
  /** Conversations whose version is not that of their last turn, or whose turns have gaps. */
  turnsBroken: number
}

/** What people did and saw. */
export interface Witness {
  said: readonly Said[]
  visible: readonly Visible[]
  takeOvers: readonly TakeOver[]
  /** Whether this person asked for support to the end, and must have one request. */
  applied(chat: number): boolean
}

export interface Ledger {
  /** Messages of people without a row, or whose row has no disposition. */
  inboundLost: string[]
  /** Rows that nobody sent. */
  inboundUnknown: string[]
  /** Chats with no request, or with more than one, or with a draft beside it. */
  requestsWrong: string[]
  /** Messages that people saw and no row of the outbox stands for: said twice. */
  visibleDuplicates: number
  /** Rows marked as sent that nobody saw. */
  phantoms: number
  /** Chats in which messages were seen in another order than that of their turns. */
  orderBroken: number[]
  turnsBroken: number
  /** Rows of the outbox still queued or being sent. */
  unsent: number
  uncertain: number
  /** Chats to which the bot spoke after a take-over, but for one message on its way, and one line when nobody is in. */
  spokeOver: number[]
  inbound: number
  outbound: number
}

/** @param url as the owner of the database */
export const readTables = async (url: string): Promise<Tables> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const inbox = await client.query<Tables['inbox'][number]>(
      `select i.external_id, i.state, i.disposition, i.conversation_id from inbox i
       join channel_account k on k.id = i.account_id where k.kind = 'telegram'`,
    )
    const outbox = await client.query<Tables['outbox'][number]>(
      // What staff wrote, and what their taking over and handing back says by itself.
      `select o.conversation_id, o.seq, o.n, o.state, o.external_id,
         o.class = 'staff' or exists (select from handover h where h.turn_id = o.turn_id and h.kind <> 'asked') as of_staff
       from outbox o order by o.conversation_id, o.seq, o.n`,
    )
    const requests = await client.query<Tables['requests'][number]>('select conversation_id, stage from request')
    const turns = await client.query<{ n: number }>(
      `select count(*)::int as n from conversation c
       where c.version <> (select count(*) from turn t where t.conversation_id = c.id)
          or c.version <> (select coalesce(max(t.seq), 0) from turn t where t.conversation_id = c.id)`,
    )
    return { inbox: inbox.rows, outbox: outbox.rows, requests: requests.rows, turnsBroken: turns.rows[0]?.n ?? 0 }
  } finally {
    await client.end()
  }
}

export const compare = ({ inbox, outbox, requests, turnsBroken }: Tables, witness: Witness): Ledger => {
  const rows = new Map(inbox.map((row) => [row.external_id, row]))
  const wanted = new Map(witness.said.map(({ chat, externalId }) => [externalId, chat]))
  const inboundLost = [...wanted.keys()].filter((id) => {
    const row = rows.get(id)
    return row === undefined || row.state === 'waiting' || row.disposition === null
  })
  const inboundUnknown = inbox.flatMap(({ external_id: id }) => (wanted.has(id) ? [] : [id]))

  const conversationOf = new Map<number, string>()
  for (const [id, chat] of wanted) {
    const row = rows.get(id)
    if (row) conversationOf.set(chat, row.conversation_id)
  }
  const requestsWrong = [...new Set(wanted.values())].flatMap((chat) => {
    if (!witness.applied(chat)) return []
    const own = requests.filter((request) => request.conversation_id === conversationOf.get(chat) && request.stage !== 'discarded')
    const drafts = own.filter(({ stage }) => stage === 'draft').length
    return own.length === 1 && drafts === 0 ? [] : [`chat ${chat}: ${own.length - drafts} requests and ${drafts} drafts`]
  })

  const sent = new Map(outbox.flatMap((row) => (row.external_id === null ? [] : [[row.external_id, row] as const])))
  const seen = new Map<number, Visible[]>()
  for (const message of witness.visible) seen.set(message.chat, [...(seen.get(message.chat) ?? []), message])
  const nameless = witness.visible.filter(({ name }) => !sent.has(name)).length
  const uncertain = outbox.filter(({ state }) => state === 'uncertain').length
  return {
    inboundLost,
    inboundUnknown,
    requestsWrong,
    // The message of an uncertain row was seen, perhaps, and its row does not know the name.
    visibleDuplicates: Math.max(0, nameless - uncertain),
    phantoms: sent.size - new Set(witness.visible.map(({ name }) => name).filter((name) => sent.has(name))).size,
    orderBroken: [...seen].flatMap(([chat, messages]) => (isInOrder(messages, sent) ? [] : [chat])),
    turnsBroken,
    unsent: outbox.filter(({ state }) => state === 'queued' || state === 'sending').length,
    uncertain,
    spokeOver: witness.takeOvers.flatMap(({ chat, from, until }) => {
      const heard = (seen.get(chat) ?? []).filter(({ at }) => at > from && at < until)
      const ofBot = heard.filter(({ name }) => sent.get(name)?.of_staff !== true)
      const lines = ofBot.filter(({ text }) => nobodyIn.test(text)).length
      return ofBot.length - lines > 1 || lines > 1 ? [chat] : []
    }),
    inbound: inbox.length,
    outbound: outbox.length,
  }
}

const isInOrder = (messages: Visible[], sent: Map<string, { seq: number; n: number }>): boolean => {
  let last = { seq: 0, n: -1 }
  for (const { name } of messages) {
    const row = sent.get(name)
    if (!row) continue
    if (row.seq < last.seq || (row.seq === last.seq && row.n < last.n)) return false
    last = row
  }
  return true
}
