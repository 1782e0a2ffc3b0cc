/** What a turn causes. A closed union; `app` carries each out inside the turn's transaction. */
import type { ReleaseId, RequestId } from '../ids.ts'
import type { AnswerValue } from '../requests/request.ts'
import type { ShortService } from '../requests/services.ts'
import type { TimerKind } from './input.ts'
import type { Language } from './state.ts'

/** A text of the bank: `support-request:national-id.ask`. */
export type TextKey = `${string}:${string}`

/** A value inside a text. Typed, so that the renderer alone decides digits, isolates and dates. */
export type Param =
  | { kind: 'number'; value: number }
  /** Saudi riyals. */
  | { kind: 'money'; value: number }
  /** YYYY-MM-DD. `commitment` shows both calendars, `day` the weekday and date, `short` without the year. */
  | { kind: 'date'; value: string; style: 'commitment' | 'day' | 'short' }
  /** ISO instant: «غدًا الأحد ٨ صباحًا», relative to `Env.now`. */
  | { kind: 'moment'; value: string }
  /** Reference, phone, masked id: Latin digits in a left-to-right isolate. */
  | { kind: 'identifier'; value: string }
  /** An address of the web, as it stands: on a line of its own. */
  | { kind: 'link'; value: string }
  /** Words of a person: isolated, never interpreted. */
  | { kind: 'quote'; value: string }
  | { kind: 'text'; key: TextKey; params?: Params }
  /** Joined with «و» / "and". */
  | { kind: 'list'; items: Param[] }
  /** One below the other. */
  | { kind: 'lines'; items: Param[] }
  /** One «• label: value» line each. */
  | { kind: 'fields'; rows: { label: TextKey; value: Param }[] }
export type Params = Record<string, Param>

/** Option shown under a question. `label` is a text, or a person's own words. */
export interface OptionShown {
  id: string
  n: number
  label: Param
}

/**
 * Why a message leaves: decides pace, repetition after an uncertain send, and who may speak.
 * `reply`: somebody asked. `staff`: words of staff. `push`: what staff decided about a request; must arrive.
 * `notice`: begun by the bot (reminder, rating, who answers now).
 */
export const messageClasses = ['reply', 'push', 'notice', 'staff'] as const
export type MessageClass = (typeof messageClasses)[number]

export type Effect =
  /** Texts said in one turn with one class merge into one message; the last `prompt` gives the options. */
  | {
      kind: 'say'
      release: ReleaseId
      language: Language
      key: TextKey
      params: Params
      class: MessageClass
      prompt: { id: string; options: OptionShown[]; layout: 'list' | 'scale' } | null
    }
  /** An article of the knowledge base, in the variant that fits the person. */
  | { kind: 'say-article'; release: ReleaseId; language: Language; article: string }
  /** Words of a member of staff, as written. */
  | { kind: 'say-staff'; text: string }
  | { kind: 'open-request'; request: RequestId; service: string; release: ReleaseId; flow: string; node: string }
  | { kind: 'save-answer'; request: RequestId; field: string; value: AnswerValue }
  /** Where the person is in the draft, so that it resumes on any channel. */
  | { kind: 'mark-position'; request: RequestId; flow: string; node: string }
  | { kind: 'discard-request'; request: RequestId; reason: 'person' | 'retention' }
  | {
      kind: 'submit-request'
      request: RequestId
      reference: string
      /** Text of the declaration as agreed. */
      declaration: TextKey
      /** YYYY-MM-DD told as «لا نتوقع الرد قبل». */
      notBefore: string | null
    }
  /** A short form becomes a request, in one step. */
  | {
      kind: 'file-request'
      request: RequestId
      service: ShortService
      reference: string
      answers: Record<string, AnswerValue>
      release: ReleaseId
      flow: string
      node: string
    }
  /** All answers of a filed request that nobody has closed yet, with what its person added. */
  | { kind: 'add-answers'; request: RequestId; answers: Record<string, AnswerValue> }
  /** The one-time offer is used up and the two contacts are linked; the other conversation is told by a timer. */
  | { kind: 'claim-link'; offer: string; link: string }
  /** Every link of this contact ends. */
  | { kind: 'unlink' }
  | { kind: 'set-timer'; timer: TimerKind; subject: string; dueAt: string }
  | { kind: 'clear-timer'; timer: TimerKind; subject: string }
  /** The person waits for staff; the bot goes on serving. */
  | { kind: 'hand-over'; reason: HandoverReason; role: string }
  /** Staff become owners: epoch + 1, queued bot messages are cancelled. */
  | { kind: 'take-over' }
  /** The bot owns again: epoch + 1. `queue` puts the conversation back among those waiting. */
  | { kind: 'release'; queue: boolean }
  | { kind: 'consent'; purpose: string; given: boolean; text: TextKey }
  | { kind: 'rate'; request: RequestId; dimension: 'service' | 'provider'; score: number }
  | { kind: 'rating-comment'; request: RequestId; comment: string }
  | { kind: 'set-profile'; gender?: 'female' | 'male' | null; language?: Language; name?: string; stopped?: boolean }
  | { kind: 'mark-reminded'; request: RequestId }
  | { kind: 'count'; name: 'article' | 'miss' | 'slot' | 'stale-press'; of: string }

export const handoverReasons = [
  'asked',
  'not-understood',
  'unclear',
  'complaint',
  'field-by-staff',
  'voice',
  'call',
  'unfilled-slot',
  'owner-absent',
  'failed',
] as const
export type HandoverReason = (typeof handoverReasons)[number]

/** How a stored message ended. Exactly one for each. `noted`: needs no reply, with its reason. */
export type Disposition =
  | { kind: 'answered' }
  | { kind: 'handed-over' }
  | { kind: 'deferred'; until: string }
  | { kind: 'noted'; reason: NotedReason }
export const notedReasons = ['thanks', 'dua', 'sticker', 'empty', 'repeat', 'edit'] as const
export type NotedReason = (typeof notedReasons)[number]
