/** What few turns do, as the lists that `turn_rare` takes. */
import { v7 } from 'uuid'
import type { RareWrites, TurnCommit } from '../ports/turn-store.ts'
import type { Lists, Row, Sealer } from './turn-rows.ts'

export const rareRows = (turn: TurnCommit, sealer: Sealer): Lists => {
  const { rare } = turn
  const lists: Lists = {}
  const own = { t: turn.turnId, a: turn.association, c: turn.conversation, p: turn.contact, now: turn.now }
  const add = (list: string, columns: Omit<Row, 't'>): void => {
    const rows = lists[list]
    if (rows) rows.push({ ...own, ...columns })
    else lists[list] = [{ ...own, ...columns }]
  }

  addTimers(turn, add)
  addRequests(turn, add, sealer)
  addOwner(rare, add, turn.epoch + 1)

  const name = rare.profile?.name ?? rare.submitted?.name ?? undefined
  if (rare.profile || name !== undefined) {
    add('profiles', {
      sg: rare.profile?.gender !== undefined,
      gender: rare.profile?.gender ?? undefined,
      language: rare.profile?.language,
      stopped: rare.profile?.stopped,
      ...(name !== undefined && sealer.add('contact', turn.contact, 'name', name)),
    })
  }
  for (const consent of rare.consents ?? []) add('consents', { ...consent, release: turn.env.release })
  for (const { request, dimension, score } of rare.rating ?? []) add('ratings', { id: request, dimension, score })
  if (rare.ratingComment) {
    const { request, comment } = rare.ratingComment
    // Its row may be older than this turn and its id unknown here: sealed for the request.
    add('comments', { id: request, ...sealer.add('rating', request, 'comment', comment) })
  }
  return lists
}

type Add = (list: string, columns: Omit<Row, 't'>) => void

/** A timer named several times in a turn ends as it was named last. */
const addTimers = ({ rare, effects }: TurnCommit, add: Add): void => {
  if (rare.timerFired) add('fired', { id: rare.timerFired, from: 'set' })
  if (!rare.timersSet && !rare.timersCleared) return
  const name = (timer: string, subject: string) => `${timer} ${subject}`
  const last = new Map<string, string>()
  for (const effect of effects)
    if (effect.kind === 'set-timer' || effect.kind === 'clear-timer') last.set(name(effect.timer, effect.subject), effect.kind)
  const set = new Map((rare.timersSet ?? []).map((timer) => [name(timer.timer, timer.subject), timer]))
  const cleared = new Map((rare.timersCleared ?? []).map((timer) => [name(timer.timer, timer.subject), timer]))
  for (const key of cleared.keys()) if (last.get(key) === 'clear-timer') set.delete(key)
  // What is set anew replaces what was set before.
  for (const { timer, subject } of new Map([...cleared, ...set]).values()) add('cleared', { k: timer, s: subject, from: 'set' })
  for (const { timer, subject, dueAt } of set.values()) add('timers', { k: timer, s: subject, due: dueAt })
}

const addRequests = ({ rare, env }: TurnCommit, add: Add, sealer: Sealer): void => {
  if (rare.requestOpened) {
    const { runId, ...opened } = rare.requestOpened
    add('opened', { ...opened, run: runId })
  }
  const drafts = new Map<string, Omit<Row, 't'>>()
  if (rare.answersSaved) {
    const { request, values, keptUntil } = rare.answersSaved
    // The turn names the answers that it changed; the others are those it was loaded with.
    const answers = { ...(env.draft?.id === request && env.draft.answers), ...values }
    drafts.set(request, {
      id: request,
      kept: keptUntil ?? undefined,
      ...sealer.add('request', request, 'answers', JSON.stringify(answers)),
    })
  }
  if (rare.position) {
    const { request, flow, node, reminded } = rare.position
    drafts.set(request, { id: request, ...drafts.get(request), flow, node, reminded })
  }
  for (const draft of drafts.values()) add('drafts', { from: 'draft', ...draft })

  const event = (request: string, from: string, to: string, staff?: string, note?: string | null): void => {
    const id = v7()
    add('events', { id, request, from, to, staff, ...(note != null && sealer.add('request_event', id, 'note', note)) })
  }
  if (rare.submitted) {
    const { request, reference, declaration, dataHash, notBefore, release } = rare.submitted
    add('submitted', { id: request, from: 'draft', reference, declaration, hash: dataHash, before: notBefore ?? undefined, release })
    event(request, 'draft', 'submitted')
  }
  if (rare.discarded) {
    add('discarded', { id: rare.discarded.request, from: 'draft' })
    event(rare.discarded.request, 'draft', 'discarded')
  }
  if (rare.advanced) {
    const { request, from, to, staff, note } = rare.advanced
    add('advanced', { id: request, from, to })
    event(request, from, to, staff, note)
  }
}

/** @param epoch after the turn, when its owner changes */
const addOwner = (rare: RareWrites, add: Add, epoch: number): void => {
  if (rare.stopWaiting) add('calmed', {})
  if (rare.release) add('released', { queue: rare.release.queue, reason: rare.release.reason ?? undefined })
  if (rare.handover) add('asked', rare.handover)
  if (rare.takeOver) add('taken', { staff: rare.takeOver.staff })
  if (rare.takeOver || rare.release) add('fenced', { e: epoch })
}
