/** Effects of a turn as rows of the store. */
import type { Effect } from '../core/engine/effect.ts'
import type { DraftView, Input } from '../core/engine/input.ts'
import type { ReleaseId } from '../core/ids.ts'
import type { AnswerValue } from '../core/requests/request.ts'
import type { RareWrites } from '../ports/turn-store.ts'

export interface RareContext {
  keptUntil: string | null
  runId: string
  /** Keyed hash of the declared answers. */
  hashAnswers(request: string): string
  answers: Record<string, AnswerValue>
  draft: DraftView | null
  release: ReleaseId
  /** Move of a request that staff asked for in this turn. */
  advanced: RareWrites['advanced']
}

/** @param input inputs of staff carry facts that no effect repeats (who took over, which stage). */
export const toRareWrites = (effects: Effect[], input: Input, context: RareContext): RareWrites => {
  const rare: RareWrites = {}
  for (const effect of effects) collect(rare, effect, input, context)
  if (context.advanced) rare.advanced = context.advanced
  return rare
}

const collect = (rare: RareWrites, effect: Effect, input: Input, context: RareContext): void => {
  switch (effect.kind) {
    case 'say':
    case 'say-article':
    case 'say-staff':
    case 'count':
      return
    case 'set-timer':
      rare.timersSet = [...(rare.timersSet ?? []), { timer: effect.timer, subject: effect.subject, dueAt: effect.dueAt }]
      return
    case 'clear-timer':
      rare.timersCleared = [...(rare.timersCleared ?? []), { timer: effect.timer, subject: effect.subject }]
      return
    case 'open-request':
      rare.requestOpened = {
        id: effect.request,
        service: effect.service,
        release: effect.release,
        flow: effect.flow,
        node: effect.node,
        runId: context.runId,
      }
      return
    case 'save-answer':
      rare.answersSaved = {
        request: effect.request,
        values: { ...rare.answersSaved?.values, [effect.field]: effect.value },
        keptUntil: context.keptUntil,
      }
      return
    case 'mark-position':
      rare.position = { ...rare.position, request: effect.request, flow: effect.flow, node: effect.node }
      return
    case 'mark-reminded':
      if (context.draft) rare.position = { request: effect.request, flow: context.draft.flow, node: context.draft.node, reminded: true }
      return
    case 'discard-request':
      rare.discarded = { request: effect.request, reason: effect.reason }
      return
    case 'submit-request': {
      const name = context.answers.name
      rare.submitted = {
        request: effect.request,
        reference: effect.reference,
        declaration: effect.declaration,
        dataHash: context.hashAnswers(effect.request),
        notBefore: effect.notBefore,
        release: context.release,
        name: name?.kind === 'text' ? name.value : null,
      }
      return
    }
    case 'file-request': {
      const { kind: _, ...filed } = effect
      rare.filed = filed
      return
    }
    case 'add-answers':
      rare.added = { request: effect.request, answers: effect.answers }
      return
    case 'claim-link':
      rare.linked = { offer: effect.offer, link: effect.link }
      return
    case 'unlink':
      rare.unlinked = true
      return
    case 'hand-over':
      rare.handover = { reason: effect.reason, role: effect.role }
      return
    case 'take-over':
      if (input.kind === 'staff-took-over') rare.takeOver = { staff: input.staff.id }
      return
    case 'release':
      rare.release = { queue: effect.queue, reason: effect.queue ? 'owner-absent' : null }
      return
    case 'consent':
      rare.consents = [...(rare.consents ?? []), { purpose: effect.purpose, given: effect.given, text: effect.text }]
      return
    case 'rate':
      rare.rating = [...(rare.rating ?? []), { request: effect.request, dimension: effect.dimension, score: effect.score }]
      return
    case 'rating-comment':
      rare.ratingComment = { request: effect.request, comment: effect.comment }
      return
    case 'set-profile':
      rare.profile = {
        ...rare.profile,
        ...(effect.gender !== undefined && { gender: effect.gender }),
        ...(effect.language !== undefined && { language: effect.language }),
        ...(effect.name !== undefined && { name: effect.name }),
        ...(effect.stopped !== undefined && { stopped: effect.stopped }),
      }
      return
    default:
      effect satisfies never
  }
}
