/**
 * A turn as what `turn_commit` takes. Values are sealed when the turn is prepared and lie one after
 * the other; where they begin is known when the turns of a batch are joined.
 */
import type { Disposition } from '../core/engine/effect.ts'
import type { TurnCommit } from '../ports/turn-store.ts'
import { composite, compositeArray, type Field } from './composite.ts'
import { seal } from './seal.ts'
import { rareLists } from './turn-rare.ts'

/** A row of `rare`. `o`: offset of its sealed value among those of its turn (of its batch, once joined), from 1. */
export interface RareRow {
  t: string
  o?: number
  l?: number
  [column: string]: unknown
}
export type Lists = Record<string, RareRow[]>

/** Length and offset of a sealed value within its turn. */
export interface Cell {
  o: number
  l: number
}

/** The sealed values of one turn. */
export interface Cells {
  association: string
  key: Buffer
  values: Buffer[]
  length: number
}

export interface Draft {
  id: string
  answers: Cell | null
  kept: string | null
  flow: string | undefined
  node: string | undefined
  reminded: boolean | undefined
}

/** What the turn was decided on: loaded for it or remembered; version of its draft's request. */
export interface Basis {
  sure: boolean
  draftVersion: number | null
}

export interface PreparedTurn {
  turn: TurnCommit
  basis: Basis
  /** The state as JSON. */
  stateText: string
  cells: Cells
  state: Cell
  record: Cell
  content: Cell | null
  message: Cell | null
  draft: Draft | null
  /** Answers added to a request filed earlier. */
  added: Draft | null
  rare: Lists | null
  /** What the offsets in `rare` have been moved by. */
  moved: number
}

// Functions of their own, not closures of each turn: the loader names every closure it meets, which
// was a fifth of the time of preparing a turn.
export const addCell = (cells: Cells, table: string, row: string, column: string, plain: string): Cell => {
  const value = seal(cells.key, { association: cells.association, table, row, column }, plain)
  const o = cells.length + 1
  cells.values.push(value)
  cells.length += value.length
  return { o, l: value.length }
}

/** @param key of the contact */
export const prepareTurn = (turn: TurnCommit, key: Buffer, basis: Basis): PreparedTurn => {
  const { turnId } = turn
  const cells: Cells = { association: turn.association, key, values: [], length: 0 }
  const state = JSON.stringify(turn.state)
  const { input, env, replies, effects } = turn
  // Without the state: replay makes each state from the one before, and holds the last against the row.
  const record = JSON.stringify({ input, env, replies, effects })
  const arrived = turn.arrived[0]
  const sent = turn.outbox[0]
  const prepared: PreparedTurn = {
    turn,
    basis,
    stateText: state,
    cells,
    state: addCell(cells, 'conversation', turn.conversation, 'state', state),
    record: addCell(cells, 'turn', turnId, 'record', record),
    content: arrived ? addCell(cells, 'inbox', arrived.id, 'content', JSON.stringify(arrived.content)) : null,
    message: sent ? addCell(cells, 'outbox', sent.id, 'message', JSON.stringify(sent.message)) : null,
    draft: draftOf(turn, cells),
    added: addedOf(turn, cells),
    rare: null,
    moved: 0,
  }
  prepared.rare = rareLists(turn, cells, prepared.draft, basis)
  return prepared
}

/** Answers and position of the draft. The turn names the answers that it changed; the others are those it was loaded with. */
const draftOf = ({ rare, env }: TurnCommit, cells: Cells): Draft | null => {
  const { answersSaved, position } = rare
  const id = answersSaved?.request ?? position?.request
  if (id === undefined) return null
  if (position && position.request !== id) throw new Error('answers and position of two requests in one turn')
  const answers = answersSaved && { ...(env.draft?.id === id && env.draft.answers), ...answersSaved.values }
  return {
    id,
    answers: answers ? addCell(cells, 'request', id, 'answers', JSON.stringify(answers)) : null,
    kept: answersSaved?.keptUntil ?? null,
    flow: position?.flow,
    node: position?.node,
    reminded: position?.reminded,
  }
}

const addedOf = ({ rare: { added } }: TurnCommit, cells: Cells): Draft | null => {
  if (!added) return null
  const answers = addCell(cells, 'request', added.request, 'answers', JSON.stringify(added.answers))
  return { id: added.request, answers, kept: null, flow: undefined, node: undefined, reminded: undefined }
}

export const reasonOf = (disposition: Disposition): string | null => (disposition.kind === 'noted' ? disposition.reason : null)
export const untilOf = (disposition: Disposition): string | null => (disposition.kind === 'deferred' ? disposition.until : null)
/** By how much the epoch rises. */
export const bumpOf = ({ rare }: TurnCommit): number => (rare.takeOver || rare.release ? 1 : 0)

/** The arguments of one call for these turns. */
export const joinTurns = (prepared: PreparedTurn[]): [turns: string, drafts: string, rare: string | null, sealed: Buffer] => {
  const turns: string[] = []
  const drafts: string[] = []
  const rare: Lists = {}
  const values: Buffer[] = []
  let base = 0
  let special = false
  for (const one of prepared) {
    turns.push(composite(turnFields(one, base)))
    if (one.draft && !one.turn.rare.requestOpened) drafts.push(composite(draftFields(one, one.draft, 'draft', base)))
    if (one.added) drafts.push(composite(draftFields(one, one.added, 'submitted', base)))
    if (one.rare) {
      appendRare(rare, one.rare, base - one.moved)
      one.moved = base
      special = true
    }
    for (const value of one.cells.values) values.push(value)
    base += one.cells.length
  }
  return [compositeArray(turns), compositeArray(drafts), special ? JSON.stringify(rare) : null, Buffer.concat(values, base)]
}

/** In the order of `turn_row`. */
const turnFields = ({ turn, basis, state, record, content, message }: PreparedTurn, base: number): Field[] => {
  const arrived = turn.arrived[0]
  const sent = turn.outbox[0]
  return [
    turn.turnId,
    turn.association,
    turn.conversation,
    turn.contact,
    turn.version,
    turn.epoch,
    bumpOf(turn),
    turn.input.kind,
    turn.now,
    base + state.o,
    state.l,
    base + record.o,
    record.l,
    arrived !== undefined || turn.taken.length > 0,
    sent !== undefined,
    turn.rare.takeOver !== undefined || turn.outbox.some((row) => row.class === 'staff'),
    basis.sure,
    arrived?.account,
    arrived?.id,
    arrived?.externalId,
    arrived?.content.kind,
    arrived?.at,
    content && base + content.o,
    content?.l,
    turn.disposition.kind,
    reasonOf(turn.disposition),
    untilOf(turn.disposition),
    sent?.id,
    sent?.n,
    sent?.class,
    sent?.staff,
    message && base + message.o,
    message?.l,
  ]
}

/** In the order of `turn_draft`. */
const draftFields = ({ turn, basis }: PreparedTurn, draft: Draft, stage: 'draft' | 'submitted', base: number): Field[] => [
  turn.turnId,
  turn.association,
  turn.contact,
  turn.now,
  draft.id,
  stage,
  stage === 'draft' ? basis.draftVersion : null,
  draft.answers && base + draft.answers.o,
  draft.answers?.l,
  draft.kept,
  draft.flow,
  draft.node,
  draft.reminded,
]

const appendRare = (to: Lists, from: Lists, by: number): void => {
  for (const name in from) {
    const list = from[name] ?? []
    for (const row of list) if (row.o !== undefined) row.o += by
    const before = to[name]
    if (before) before.push(...list)
    else to[name] = list.slice()
  }
}
