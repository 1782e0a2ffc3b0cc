/**
 * What a conversation remembers between turns. Stored sealed, as JSON with `v`; readers upgrade
 * from every earlier `v`. It holds positions and counters; answers live in the request, but for the few
 * of a short form until they are filed.
 */
import { z } from 'zod'
import { ReleaseId, RequestId } from '../ids.ts'
import { AnswerValue } from '../requests/request.ts'

export const Language = z.enum(['ar', 'en'])
export type Language = z.infer<typeof Language>

/** One flow being walked. The last frame of a run is the one that speaks. */
export const Frame = z.object({
  flow: z.string(),
  node: z.string(),
  /** Nodes asked before this one, oldest first: where «رجوع» goes. */
  trail: z.array(z.string()),
  /** Failed answers to the present node in a row. */
  tries: z.number().int(),
  /** Results of services and of choices that are not answers of a request. */
  vars: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Set while one answer of a summary is being corrected: the node to return to. */
  returnTo: z.string().nullable(),
  /** Answers of a short form (absent in other frames): they become a request when it is filed, or end with the frame. */
  answers: z.record(z.string(), AnswerValue).optional(),
})
export type Frame = z.infer<typeof Frame>

/** One passage through a flow; pins the release whose nodes and texts it uses. */
export const Run = z.object({
  id: z.string(),
  release: ReleaseId,
  requestId: RequestId.nullable(),
  frames: z.array(Frame).min(1),
})
export type Run = z.infer<typeof Run>

/** An option as it was shown: its number is resolved in core, its payload is prompt + id. */
export const ShownOption = z.object({ id: z.string(), n: z.number().int() })
export type ShownOption = z.infer<typeof ShownOption>

/** A question that waits for its answer. */
export const Prompt = z.object({
  id: z.string(),
  flow: z.string(),
  node: z.string(),
  options: z.array(ShownOption),
  /** ISO instant. */
  at: z.string(),
})
export type Prompt = z.infer<typeof Prompt>

export const ConversationState = z.object({
  v: z.literal(1),
  language: Language,
  /** The first-contact line (who we are, automatic, «موظف») has been said. */
  introduced: z.boolean(),
  /** Riyadh date (YYYY-MM-DD) on which a greeting was last returned. */
  greetedOn: z.string().nullable(),
  run: Run.nullable(),
  /** Open question, or null. One at a time: no prompt is sent while another waits. */
  prompt: Prompt.nullable(),
  /** Understandings that failed in a row outside a form. */
  misses: z.number().int(),
  /** Voice notes in a row: a call is offered at the second. */
  voices: z.number().int(),
  /** A farewell dua was answered; the next one gets no reply. */
  farewell: z.boolean(),
  /** A person was asked for and has not come yet. */
  waiting: z.object({ reason: z.string(), since: z.string() }).nullable(),
  /** While staff own: the absence line left in this silence. */
  absenceTold: z.boolean(),
  /** While staff own: the timer of the absence line is running. */
  absencePending: z.boolean(),
  /** A draft was destroyed at its retention date and the person does not know yet. */
  draftExpired: z.boolean(),
  /** ISO instant of the last message of the person, for resumption. */
  lastHeard: z.string().nullable(),
  /** Fingerprints of the last texts heard, newest last: an edit that changes nothing is known by them. */
  heard: z.array(z.string()).optional(),
})
export type ConversationState = z.infer<typeof ConversationState>

/** @returns the state of someone we have never heard from. */
export const initialState = (language: Language = 'ar'): ConversationState => ({
  v: 1,
  language,
  introduced: false,
  greetedOn: null,
  run: null,
  prompt: null,
  misses: 0,
  voices: 0,
  farewell: false,
  waiting: null,
  absenceTold: false,
  absencePending: false,
  draftExpired: false,
  lastHeard: null,
})
