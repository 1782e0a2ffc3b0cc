/** Staff move a request; the person is told in the same turn, in the words of the preview. */

import { initialState } from '../core/engine/state.ts'
import { takeTurn } from '../core/engine/take-turn.ts'
import type { RequestId, Slug } from '../core/ids.ts'
import { officeAt } from '../core/policy/office.ts'
import type { RequestStage } from '../core/requests/request.ts'
import { stageSpecOf } from '../core/requests/services.ts'
import { cleanText } from '../core/text/clean.ts'
import type { Clock } from '../ports/clock.ts'
import type { Contents } from '../ports/content.ts'
import { DomainError } from '../ports/errors.ts'
import type { RequestFile, RequestStore } from '../ports/request-store.ts'
import type { Actor, TurnRunner } from './turn-runner.ts'

interface Move {
  association: Slug
  request: RequestId
  to: RequestStage
  /** Words that complete the message: what is missing, the reason, the next step. */
  note: string | null
}

const checkMove = (file: RequestFile, { to, note }: Move): string | null => {
  const { service, stage } = file.view
  const { next } = stageSpecOf(service, stage)
  if (!next.some((possible) => possible === to)) throw new DomainError('stage-not-next', `${stage} → ${to}`, { from: stage, to })
  const words = note === null ? '' : cleanText(note).trim()
  if (stageSpecOf(service, to).note === 'required' && words === '') throw new DomainError('note-required', `${to} needs words`)
  return words === '' ? null : words
}

/**
 * @returns exactly what the person will be told, or null when the move tells nothing
 * @throws DomainError `not-found`, `stage-not-next`, `note-required`
 */
export const previewAdvance = async (
  deps: { requests: RequestStore; contents: Contents; clock: Clock },
  move: Move,
): Promise<string | null> => {
  const file = await deps.requests.find(move.association, move.request)
  const note = checkMove(file, move)
  if (!stageSpecOf(file.view.service, move.to).told || file.view.silent) return null
  const current = deps.contents.current(move.association)
  const now = deps.clock.now().toISOString()
  const turn = takeTurn(
    { current, pinned: null },
    initialState(file.language),
    { kind: 'request-advanced', request: { ...file.view, stage: move.to, stageAt: now, note }, from: file.view.stage, note },
    {
      now,
      seed: '00000000-0000-7000-8000-000000000000',
      release: current.id,
      owner: { kind: 'bot' },
      profile: { name: null, gender: file.gender, language: file.language, stopped: false },
      draft: null,
      office: officeAt(current.association.hours, now),
      channel: { kind: 'preview', phone: null },
    },
    [],
  )
  if (turn.kind !== 'taken') throw new Error('a push calls no service')
  return deps.contents
    .render(turn.effects, { gender: file.gender, now })
    .map(({ text }) => text)
    .join('\n')
}

/** @throws DomainError `not-found`, `stage-not-next`, `note-required`, `stale` when it moved meanwhile */
export const advanceRequest = async (
  deps: { requests: RequestStore; runner: TurnRunner; clock: Clock },
  move: Move & { version: number | null; staff: Actor },
): Promise<void> => {
  const file = await deps.requests.find(move.association, move.request)
  if (move.version !== null && file.version !== move.version)
    throw new DomainError('stale', 'the request has moved on', { version: file.version })
  const note = checkMove(file, move)
  const stageAt = deps.clock.now().toISOString()
  await deps.runner.take(
    { association: move.association, conversation: file.conversation },
    { kind: 'request-advanced', request: { ...file.view, stage: move.to, stageAt, note }, from: file.view.stage, note },
    { rare: { advanced: { request: move.request, from: file.view.stage, to: move.to, staff: move.staff.id, note } } },
  )
}
