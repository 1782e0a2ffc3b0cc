/** Requests (طلب): stages, what may follow what, and what an answer is. */
import { z } from 'zod'

/** Life of a request. One typed list; `stageSpecs` says what each means. */
export const requestStages = [
  'draft',
  'submitted',
  'incomplete',
  'complete',
  'research',
  'committee',
  'approved',
  'not-accepted',
  'delivered',
  'closed',
  'discarded',
] as const
export const RequestStage = z.enum(requestStages)
export type RequestStage = (typeof requestStages)[number]

export interface StageSpec {
  /** Stages that staff may choose next. */
  next: readonly RequestStage[]
  /** The person is told when the request comes here. */
  told: boolean
  /** Staff must write words that complete the message (what is missing, the reason, the next step). */
  note: 'required' | 'optional' | 'none'
  /** Open requests are shown to «أين طلبي؟» first. */
  open: boolean
}

export const stageSpecs = {
  draft: { next: [], told: false, note: 'none', open: true },
  submitted: { next: ['complete', 'incomplete'], told: false, note: 'none', open: true },
  incomplete: { next: ['complete'], told: true, note: 'required', open: true },
  complete: { next: ['research', 'committee', 'incomplete'], told: true, note: 'none', open: true },
  research: { next: ['committee', 'incomplete'], told: true, note: 'optional', open: true },
  committee: { next: ['approved', 'not-accepted', 'incomplete'], told: true, note: 'none', open: true },
  approved: { next: ['delivered'], told: true, note: 'required', open: true },
  'not-accepted': { next: ['closed'], told: true, note: 'required', open: false },
  delivered: { next: ['closed'], told: true, note: 'optional', open: true },
  closed: { next: [], told: true, note: 'none', open: false },
  discarded: { next: [], told: false, note: 'none', open: false },
} as const satisfies Record<RequestStage, StageSpec>

/** An answer as it is kept: the typed value, and the words when they matter. Dates are YYYY-MM-DD. */
export const AnswerValue = z.union([
  z.object({ kind: z.literal('text'), value: z.string() }),
  z.object({ kind: z.literal('voice'), file: z.string() }),
  z.object({ kind: z.literal('choice'), value: z.string() }),
  z.object({ kind: z.literal('number'), value: z.number() }),
  z.object({ kind: z.literal('money'), value: z.number() }),
  /** Canonical digits; shown masked. */
  z.object({ kind: z.literal('national-id'), value: z.string() }),
  /** E.164. */
  z.object({ kind: z.literal('phone'), value: z.string() }),
  z.object({ kind: z.literal('files'), files: z.array(z.string()) }),
  /** A member of staff will take it: the person could not or would not give it here. */
  z.object({ kind: z.literal('by-staff') }),
])
export type AnswerValue = z.infer<typeof AnswerValue>
