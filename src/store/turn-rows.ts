/** A turn as the rows that `turn_commit` takes: names as in its SQL, sealed values beside the JSON. */
import type { Disposition } from '../core/engine/effect.ts'
import type { TurnCommit } from '../ports/turn-store.ts'
import { type Place, seal } from './seal.ts'
import { rareRows } from './turn-rare.ts'

/** `o`: offset of the row's sealed value among those of its turn (of its batch, once joined), from 1. */
export interface Row {
  t: string
  o?: number
  l?: number
  ro?: number
  [column: string]: unknown
}
/** Rows by list. */
export type Lists = Record<string, Row[]>

export interface PreparedTurn {
  turnId: string
  rows: Lists
  rare: Lists
  sealed: Buffer[]
  /** Bytes of `sealed`. */
  length: number
  /** What the offsets have been moved by. */
  base: number
}

/** Seals values of one turn and says where they lie. */
export interface Sealer {
  add(table: string, row: string, column: string, plain: string): { o: number; l: number }
}

const dispositionColumns = (disposition: Disposition) => ({
  d: disposition.kind,
  w: disposition.kind === 'noted' ? disposition.reason : undefined,
  u: disposition.kind === 'deferred' ? disposition.until : undefined,
})

/** @param key of the contact */
export const prepareTurn = (turn: TurnCommit, key: Buffer): PreparedTurn => {
  const { association, conversation, turnId, now, rare } = turn
  const sealed: Buffer[] = []
  let length = 0
  const sealer: Sealer = {
    add(table, row, column, plain) {
      const place: Place = { association, table, row, column }
      const value = seal(key, place, plain)
      const o = length + 1
      sealed.push(value)
      length += value.length
      return { o, l: value.length }
    },
  }

  const state = JSON.stringify(turn.state)
  // The state is written twice, and turned into JSON once.
  const record = `{"state":${state},${JSON.stringify({ input: turn.input, env: turn.env, replies: turn.replies, effects: turn.effects }).slice(1)}`
  const bump = rare.takeOver || rare.release ? 1 : 0
  const own = { t: turnId, a: association, c: conversation }
  const recordAt = sealer.add('turn', turnId, 'record', record)
  const rows: Lists = {
    turns: [
      {
        ...own,
        p: turn.contact,
        acc: turn.arrived[0]?.account,
        v: turn.version,
        e: turn.epoch,
        b: bump,
        k: turn.input.kind,
        now,
        ...sealer.add('conversation', conversation, 'state', state),
        ro: recordAt.o,
        rl: recordAt.l,
        i: turn.arrived.length + turn.taken.length > 0,
        m: turn.outbox.length > 0,
        f: rare.takeOver !== undefined || turn.outbox.some((row) => row.class === 'staff'),
      },
    ],
  }
  const disposition = dispositionColumns(turn.disposition)
  if (turn.arrived.length > 0) {
    rows.arrived = turn.arrived.map((row) => ({
      ...own,
      acc: row.account,
      id: row.id,
      x: row.externalId,
      k: row.content.kind,
      at: row.at,
      now,
      ...disposition,
      ...sealer.add('inbox', row.id, 'content', JSON.stringify(row.content)),
    }))
  }
  if (turn.taken.length > 0) rows.taken = turn.taken.map((id) => ({ ...own, id, from: 'waiting', ...disposition }))
  if (turn.outbox.length > 0) {
    rows.outbox = turn.outbox.map((row) => ({
      ...own,
      id: row.id,
      s: turn.version + 1,
      n: row.n,
      k: row.class,
      f: row.staff ?? undefined,
      e: turn.epoch + bump,
      now,
      ...sealer.add('outbox', row.id, 'message', JSON.stringify(row.message)),
    }))
  }
  return { turnId, rows, rare: rareRows(turn, sealer), sealed, length, base: 0 }
}

/** Joins turns into the arguments of one call. */
export const joinTurns = (turns: PreparedTurn[]): { rows: Lists; rare: Lists | null; sealed: Buffer } => {
  const rows: Lists = {}
  const rare: Lists = {}
  const values: Buffer[] = []
  let base = 0
  for (const turn of turns) {
    append(rows, turn.rows, base - turn.base)
    append(rare, turn.rare, base - turn.base)
    turn.base = base
    base += turn.length
    values.push(...turn.sealed)
  }
  return { rows, rare: Object.keys(rare).length > 0 ? rare : null, sealed: Buffer.concat(values, base) }
}

const append = (to: Lists, from: Lists, moved: number): void => {
  for (const name in from) {
    const list = from[name] ?? []
    for (const row of list) {
      if (row.o !== undefined) row.o += moved
      if (row.ro !== undefined) row.ro += moved
    }
    const before = to[name]
    if (before) before.push(...list)
    else to[name] = list.slice()
  }
}
