/** What few turns do, as the lists that `turn_rare` takes. */
import { v7 } from 'uuid'
import type { RareWrites, TurnCommit } from '../ports/turn-store.ts'
import { addCell, type Basis, bumpOf, type Cells, type Draft, type Lists, type RareRow, reasonOf, untilOf } from './turn-rows.ts'

type Columns = Omit<RareRow, 't'>

/** Adds a row with what every row has. */
const add = (lists: Lists, turn: TurnCommit, name: string, columns: Columns): void => {
  const row = { t: turn.turnId, a: turn.association, c: turn.conversation, p: turn.contact, now: turn.now, ...columns }
  const rows = lists[name]
  if (rows) rows.push(row)
  else lists[name] = [row]
}

/** @returns null for the usual turn, which has nothing of the kind */
export const rareLists = (turn: TurnCommit, cells: Cells, draft: Draft | null, basis: Basis): Lists | null => {
  const lists: Lists = {}
  if (turn.arrived.length > 1 || turn.taken.length > 0 || turn.outbox.length > 1) addMessages(lists, turn, cells)
  if (turn.rare.sealed) add(lists, turn, 'seals', { seal: turn.rare.sealed })
  if (isRare(turn.rare)) {
    addTimers(lists, turn)
    addRequests(lists, turn, cells, draft, basis)
    addOwner(lists, turn)
    addPerson(lists, turn, cells)
    addLinks(lists, turn)
  }
  for (const _ in lists) return lists
  return null
}

/** Anything but answers and position: those go with the turn. */
const isRare = (rare: RareWrites): boolean => {
  for (const name in rare) if (name !== 'answersSaved' && name !== 'position' && name !== 'added') return true
  return false
}

/** The first message taken and the first sent go with the turn; these are the others. */
const addMessages = (lists: Lists, turn: TurnCommit, cells: Cells): void => {
  const disposition = { d: turn.disposition.kind, w: reasonOf(turn.disposition), u: untilOf(turn.disposition) }
  for (const row of turn.arrived.slice(1)) {
    const sealed = addCell(cells, 'inbox', row.id, 'content', JSON.stringify(row.content))
    const columns = { acc: row.account, id: row.id, x: row.externalId, k: row.content.kind, at: row.at }
    add(lists, turn, 'arrived', { ...columns, ...disposition, ...sealed })
  }
  for (const id of turn.taken) add(lists, turn, 'stored', { id, from: 'waiting', ...disposition })
  for (const row of turn.outbox.slice(1)) {
    const sealed = addCell(cells, 'outbox', row.id, 'message', JSON.stringify(row.message))
    const columns = { id: row.id, s: turn.version + 1, n: row.n, k: row.class, f: row.staff, e: turn.epoch + bumpOf(turn) }
    add(lists, turn, 'outbox', { ...columns, ...sealed })
  }
}

const nameOf = (timer: string, subject: string): string => `${timer} ${subject}`

/** A timer named several times in a turn ends as it was named last. */
const addTimers = (lists: Lists, turn: TurnCommit): void => {
  const { timerFired, timersSet = [], timersCleared = [] } = turn.rare
  if (timerFired) add(lists, turn, 'fired', { id: timerFired, from: 'set' })
  if (timersSet.length + timersCleared.length === 0) return
  const last = new Map<string, string>()
  for (const effect of turn.effects)
    if (effect.kind === 'set-timer' || effect.kind === 'clear-timer') last.set(nameOf(effect.timer, effect.subject), effect.kind)
  const set = new Map(timersSet.map((timer) => [nameOf(timer.timer, timer.subject), timer]))
  const cleared = new Map(timersCleared.map((timer) => [nameOf(timer.timer, timer.subject), timer]))
  for (const key of cleared.keys()) if (last.get(key) === 'clear-timer') set.delete(key)
  // What is set anew replaces what was set before.
  for (const { timer, subject } of new Map([...cleared, ...set]).values())
    add(lists, turn, 'cleared', { k: timer, s: subject, from: 'set' })
  for (const { timer, subject, dueAt } of set.values()) add(lists, turn, 'timers', { k: timer, s: subject, due: dueAt })
}

const addRequests = (lists: Lists, turn: TurnCommit, cells: Cells, draft: Draft | null, { draftVersion }: Basis): void => {
  const { requestOpened, submitted, filed, discarded, advanced } = turn.rare
  if (requestOpened) {
    const { runId, ...opened } = requestOpened
    if (draft && draft.id !== opened.id) throw new Error('answers of another request than the one that the turn opens')
    const { flow = opened.flow, node = opened.node, kept = null } = draft ?? {}
    add(lists, turn, 'opened', { ...opened, run: runId, flow, node, kept, ...draft?.answers })
  }
  if (submitted) {
    const { request, reference, declaration, dataHash, notBefore, release } = submitted
    // One more when this turn has changed the draft before it submits it.
    const v = draftVersion === null ? null : draftVersion + (draft ? 1 : 0)
    add(lists, turn, 'submitted', { id: request, from: 'draft', v, reference, declaration, hash: dataHash, before: notBefore, release })
    add(lists, turn, 'events', { id: v7(), request, from: 'draft', to: 'submitted' })
  }
  if (filed) {
    const { request: id, service, release, flow, node, reference, answers } = filed
    // A run of its own: a person may file twice while one form stays open underneath.
    const opened = { id, run: id, service, release, flow, node, kept: null }
    add(lists, turn, 'opened', { ...opened, ...addCell(cells, 'request', id, 'answers', JSON.stringify(answers)) })
    add(lists, turn, 'submitted', { id, from: 'draft', v: null, reference, declaration: null, hash: null, before: null, release })
    add(lists, turn, 'events', { id: v7(), request: id, from: 'draft', to: 'submitted' })
  }
  if (discarded) {
    add(lists, turn, 'discarded', { id: discarded.request, from: 'draft' })
    add(lists, turn, 'events', { id: v7(), request: discarded.request, from: 'draft', to: 'discarded' })
  }
  if (advanced) {
    const { request, from, to, staff, note } = advanced
    const id = v7()
    add(lists, turn, 'advanced', { id: request, from, to })
    add(lists, turn, 'events', { id, request, from, to, staff, ...(note !== null && addCell(cells, 'request_event', id, 'note', note)) })
  }
}

/** Read by `turn_commit_links` alone. */
const addLinks = (lists: Lists, turn: TurnCommit): void => {
  const { linked, unlinked } = turn.rare
  if (linked) add(lists, turn, 'linked', linked)
  if (unlinked) add(lists, turn, 'unlinked', {})
}

/** Whether a turn of this batch links or unlinks. */
export const hasLinks = (lists: Lists | null): boolean => lists !== null && ('linked' in lists || 'unlinked' in lists)

const addOwner = (lists: Lists, turn: TurnCommit): void => {
  const { release, handover, takeOver } = turn.rare
  if (release) add(lists, turn, 'released', release)
  if (handover) add(lists, turn, 'asked', handover)
  if (takeOver) add(lists, turn, 'taken', takeOver)
  if (takeOver || release) add(lists, turn, 'fenced', { e: turn.epoch + 1 })
}

const addPerson = (lists: Lists, turn: TurnCommit, cells: Cells): void => {
  const { profile, submitted, consents = [], rating = [], ratingComment } = turn.rare
  const name = profile?.name ?? submitted?.name ?? null
  if (profile || name !== null) {
    add(lists, turn, 'profiles', {
      sg: profile?.gender !== undefined,
      gender: profile?.gender,
      language: profile?.language,
      stopped: profile?.stopped,
      ...(name !== null && addCell(cells, 'contact', turn.contact, 'name', name)),
    })
  }
  for (const consent of consents) add(lists, turn, 'consents', { ...consent, release: turn.env.release })
  for (const { request, dimension, score } of rating) add(lists, turn, 'ratings', { id: request, dimension, score })
  if (ratingComment) {
    const { request, comment } = ratingComment
    // Its row may be older than this turn and its id unknown here: sealed for the request.
    add(lists, turn, 'comments', { id: request, ...addCell(cells, 'rating', request, 'comment', comment) })
  }
}
