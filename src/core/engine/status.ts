/** Where a request is, in words for its person. Never «قيد الإجراء» alone: who holds it, and the next date. */

import { serviceOf, services } from '../requests/services.ts'
import { riyadhDate } from '../text/dates.ts'
import type { Param, Params, TextKey } from './effect.ts'
import type { RequestView } from './input.ts'

/** Params of the texts `status:is.*` and `status:push.*`. */
const statusParams = (view: RequestView, now: string): Params => {
  const params: Params = { since: { kind: 'date', value: riyadhDate(view.stageAt), style: 'day' } }
  if (view.reference) params.reference = { kind: 'identifier', value: view.reference }
  // A date that has passed is no longer told.
  if (view.notBefore && view.notBefore > riyadhDate(now)) params.notBefore = { kind: 'date', value: view.notBefore, style: 'commitment' }
  if (view.note) params.note = { kind: 'quote', value: view.note }
  return params
}

/** @param how `is`: asked for; `push`: begun by us. */
export const statusOf = (view: RequestView, how: 'is' | 'push', now: string): Extract<Param, { kind: 'text' }> => ({
  kind: 'text',
  key: statusKey(view, how),
  params: statusParams(view, now),
})

/** A service with a life of its own has words of its own. */
const statusKey = ({ service, stage }: RequestView, how: 'is' | 'push'): TextKey =>
  serviceOf(service) === services.support ? `status:${how}.${stage}` : `status:${how}.${service}.${stage}`
