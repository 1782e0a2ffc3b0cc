/** What the desk reads, in plain form: the store opens what is sealed. Never crosses associations. */
import type { Disposition } from '../core/engine/effect.ts'
import type { Language } from '../core/engine/state.ts'
import type { ConversationId, ReleaseId, RequestId, Slug, StaffId } from '../core/ids.ts'
import type { AnswerValue, RequestStage } from '../core/requests/request.ts'
import type { FileInfo } from './files.ts'

export interface DeskConversation {
  id: ConversationId
  /** Name the person gave; null before. */
  name: string | null
  channel: string
  owner: { id: StaffId; name: string } | null
  /** ISO instant since when a person is waited for; null when nobody is. */
  waitingSince: string | null
  waitingReason: string | null
  lastInAt: string | null
  /** Newest message of either side; null in an empty conversation. */
  newest: { from: 'person' | 'bot' | 'staff'; kind: string; text: string; at: string } | null
  /** Messages of the person that neither bot nor staff has answered since. */
  unanswered: number
  /** The newest request that was not discarded. */
  request: { id: RequestId; reference: string | null; stage: RequestStage } | null
}

export interface DeskLine {
  id: string
  from: 'person' | 'bot' | 'staff' | 'notice'
  /** ISO instant. */
  at: string
  /** Content kind of the person; `text` for what we said; for a notice what happened to the ownership. */
  kind: string
  /** Words; label of a pressed option; reason of a notice. */
  text: string
  options: { n: number; label: string }[]
  staff: string | null
  file: FileInfo | null
  /** Delivery of what we sent; disposition of what they sent (`waiting` before its turn). */
  state: string | Disposition['kind']
}

export interface DeskConversationDetail extends DeskConversation {
  /** Nothing of ours has arrived there since the person last wrote: they blocked us, or are gone. */
  unreachable: boolean
  language: Language
  gender: 'female' | 'male' | null
  version: number
  /** Oldest first, at most the number asked for, the newest ones. */
  lines: DeskLine[]
  /** Lines exist before the first one. */
  more: boolean
  /** Newest first. */
  requests: { id: RequestId; service: string; reference: string | null; stage: RequestStage; submittedAt: string | null }[]
}

export interface DeskRequest {
  id: RequestId
  conversation: ConversationId
  /** Name the person gave; null before. */
  person: string | null
  reference: string | null
  service: string
  stage: RequestStage
  release: ReleaseId
  flow: string
  answers: Record<string, AnswerValue>
  /** The files that the answers name and that still exist. */
  files: FileInfo[]
  openedAt: string
  submittedAt: string | null
  /** YYYY-MM-DD. */
  notBefore: string | null
  /** Key of the text agreed to, and when. */
  declaration: { text: string; at: string } | null
  /** Oldest first. */
  events: { at: string; from: RequestStage; to: RequestStage; staff: string | null; note: string | null }[]
  version: number
}

/** A change of the desk that is being made under an Idempotency-Key. */
export type Claim =
  /** Not seen before: carry it out, then `keepReply` or `dropClaim`. */
  | { kind: 'fresh' }
  /** The same change is being made right now. */
  | { kind: 'busy' }
  /** The key was used for another change. */
  | { kind: 'mismatch' }
  | { kind: 'done'; status: number; body: string }

export interface DeskStore {
  /**
   * Waiting first, the longest waiting on top; then those of `staff`; then by the last message, newest
   * first. At most 200, in a number of statements that does not grow with them.
   */
  conversations(association: Slug, staff: StaffId): Promise<DeskConversation[]>
  /** @param lines most lines returned @throws DomainError `not-found` */
  conversation(association: Slug, id: ConversationId, lines: number): Promise<DeskConversationDetail>
  /** @throws DomainError `not-found` */
  request(association: Slug, id: RequestId): Promise<DeskRequest>
  /** Claims a key before a change is made. A claim whose process died can be taken again after a minute. */
  claim(association: Slug, key: string, hash: string): Promise<Claim>
  keepReply(association: Slug, key: string, reply: { status: number; body: string }): Promise<void>
  /** The change was refused: the same key may try again. */
  dropClaim(association: Slug, key: string): Promise<void>
}
