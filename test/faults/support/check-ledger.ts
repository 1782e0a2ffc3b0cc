/**
 * Reads the ledger of the database and the log of the channel after a run and says what is wrong.
 * It shares no code with the program: SQL and counting alone.
 */
import pg from 'pg'

/** One message that the channel accepted, in the order in which people saw them. */
export interface Visible {
  chat: number
  /** As the program names it in its outbox. */
  name: string
  at: number
}

/** One thing a person did: the id by which the program must have stored it. */
export interface Said {
  chat: number
  externalId: string
}

export interface Ledger {
  /** Messages of people without exactly one row, or without exactly one disposition. */
  inboundLost: string[]
  /** Rows that nobody sent. */
  inboundUnknown: string[]
  /** Conversations with no request, or with more than one. */
  requestsWrong: string[]
  /** Messages that people saw and no row of the outbox stands for: said twice. */
  visibleDuplicates: number
  /** Rows marked as sent that nobody saw. */
  phantoms: number
  /** Chats in which messages were seen in another order than that of their turns. */
  orderBroken: number[]
  /** Turns of a conversation that do not count 1, 2, 3 … up to its version. */
  turnsBroken: number
  /** Rows of the outbox still queued or being sent. */
  unsent: number
  uncertain: number
  inbound: number
  outbound: number
}

export interface LedgerOptions {
  url: string
  said: Said[]
  visible: Visible[]
  /** Whether every person was to end with one request. */
  requests: boolean
}

export const checkLedger = async ({ url, said, visible, requests }: LedgerOptions): Promise<Ledger> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const inbox = await client.query<{ external_id: string; state: string; disposition: string | null; conversation_id: string }>(
      "select i.external_id, i.state, i.disposition, i.conversation_id from inbox i join channel_account k on k.id = i.account_id where k.kind = 'telegram'",
    )
    const rows = new Map(inbox.rows.map((row) => [row.external_id, row]))
    const wanted = new Set(said.map(({ externalId }) => externalId))
    const inboundLost = [...wanted].filter((id) => {
      const row = rows.get(id)
      return row === undefined || row.state === 'waiting' || row.disposition === null
    })
    const inboundUnknown = inbox.rows.filter(({ external_id }) => !wanted.has(external_id)).map(({ external_id }) => external_id)

    const chatOf = new Map<string, number>()
    for (const { chat, externalId } of said) {
      const row = rows.get(externalId)
      if (row) chatOf.set(row.conversation_id, chat)
    }
    const counted = await client.query<{ conversation_id: string; n: number }>(
      "select conversation_id, count(*)::int as n from request where stage not in ('draft', 'discarded') group by conversation_id",
    )
    const requestsOf = new Map(counted.rows.map(({ conversation_id, n }) => [conversation_id, n]))
    const drafts = await client.query<{ n: number }>("select count(*)::int as n from request where stage = 'draft'")
    const requestsWrong = requests
      ? [...chatOf]
          .filter(([conversation]) => requestsOf.get(conversation) !== 1)
          .map(([conversation, chat]) => `${chat} (${conversation})`)
      : []
    if (requests && (drafts.rows[0]?.n ?? 0) > 0) requestsWrong.push(`${drafts.rows[0]?.n} drafts beside`)

    const outbox = await client.query<{ conversation_id: string; seq: number; n: number; state: string; external_id: string | null }>(
      'select o.conversation_id, o.seq, o.n, o.state, o.external_id from outbox o order by o.conversation_id, o.seq, o.n',
    )
    const sent = new Map<string, { seq: number; n: number }>()
    for (const row of outbox.rows) {
      if (row.external_id !== null) sent.set(row.external_id, row)
    }
    const seen = new Map<number, Visible[]>()
    for (const message of visible) seen.set(message.chat, [...(seen.get(message.chat) ?? []), message])
    const orderBroken: number[] = []
    let visibleDuplicates = 0
    const matched = new Set<string>()
    for (const [chat, messages] of seen) {
      let last = { seq: 0, n: -1 }
      let broken = false
      for (const { name } of messages) {
        const row = sent.get(name)
        if (!row) {
          visibleDuplicates += 1
          continue
        }
        matched.add(name)
        if (row.seq < last.seq || (row.seq === last.seq && row.n < last.n)) broken = true
        last = row
      }
      if (broken) orderBroken.push(chat)
    }
    const uncertain = outbox.rows.filter(({ state }) => state === 'uncertain').length
    const turns = await client.query<{ n: number }>(
      `select count(*)::int as n from conversation c
       where c.version <> (select count(*) from turn t where t.conversation_id = c.id)
          or c.version <> (select coalesce(max(t.seq), 0) from turn t where t.conversation_id = c.id)`,
    )
    return {
      inboundLost,
      inboundUnknown,
      requestsWrong,
      // The message of an uncertain row was seen, perhaps, and its row does not know the id.
      visibleDuplicates: Math.max(0, visibleDuplicates - uncertain),
      phantoms: sent.size - matched.size,
      orderBroken,
      turnsBroken: turns.rows[0]?.n ?? 0,
      unsent: outbox.rows.filter(({ state }) => state === 'queued' || state === 'sending').length,
      uncertain,
      inbound: inbox.rows.length,
      outbound: outbox.rows.length,
    }
  } finally {
    await client.end()
  }
}
