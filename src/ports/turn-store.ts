/**
 * The hot path: two calls, `load` and `commit`, that take the turns of many conversations at once.
 * Everything crosses this port in plain form; the store seals it with the contact's key.
 */
import type { Disposition, Effect, HandoverReason, MessageClass } from '../core/engine/effect.ts'
import type { Content, DraftView, Env, Input, RequestView, TimerKind } from '../core/engine/input.ts'
import type { ConversationState } from '../core/engine/state.ts'
import type { AccountId, ContactId, ConversationId, ReleaseId, RequestId, Slug, StaffId } from '../core/ids.ts'
import type { AnswerValue, RequestStage } from '../core/requests/request.ts'
import type { ShortService } from '../core/requests/services.ts'
import type { AbstractMessage, ChannelKind } from './channel.ts'

/** Who writes: by the channel's name for them, or by conversation (timers, staff). */
export type TurnKey = { association: Slug; account: AccountId; external: string } | { association: Slug; conversation: ConversationId }

export interface WaitingRow {
  id: string
  at: string
  content: Content
}

/** All that a turn reads. */
export interface Loaded {
  association: Slug
  conversation: ConversationId
  contact: ContactId
  account: AccountId
  channel: ChannelKind
  version: number
  epoch: number
  owner: { kind: 'bot' } | { kind: 'staff'; id: StaffId; name: string }
  state: ConversationState
  profile: Env['profile']
  /** The active draft of the contact, newest first. */
  draft: DraftView | null
  /** Inbox rows stored and not yet taken, in order of arrival. */
  waiting: WaitingRow[]
  phone: string | null
}

export interface InboxRow {
  /** UUIDv7 made by the caller. */
  id: string
  account: AccountId
  externalId: string
  at: string
  content: Content
}

export interface OutboxRow {
  id: string
  n: number
  class: MessageClass
  message: AbstractMessage
  staff: StaffId | null
}

/** Spans that staff do not read in the transcript. */
export const sealedSpans = ['rating', 'complaint'] as const
export type SealedSpan = (typeof sealedSpans)[number]

/** Rare writes, each a row of its own list; carried out in the turn's transaction. */
export interface RareWrites {
  timersSet?: { timer: TimerKind; subject: string; dueAt: string }[]
  timersCleared?: { timer: TimerKind; subject: string }[]
  /** The timer this turn was woken by. */
  timerFired?: string
  requestOpened?: { id: RequestId; service: string; release: ReleaseId; flow: string; node: string; runId: string }
  answersSaved?: { request: RequestId; values: Record<string, AnswerValue>; keptUntil: string | null }
  position?: { request: RequestId; flow: string; node: string; reminded?: boolean }
  submitted?: {
    request: RequestId
    reference: string
    declaration: string
    dataHash: string
    notBefore: string | null
    release: ReleaseId
    name: string | null
  }
  /** A short form, opened and submitted in one step, without a declaration. */
  filed?: {
    request: RequestId
    service: ShortService
    reference: string
    answers: Record<string, AnswerValue>
    release: ReleaseId
    flow: string
    node: string
  }
  /** All answers of a request filed earlier; refused when staff have moved it on. */
  added?: { request: RequestId; answers: Record<string, AnswerValue> }
  /** Refused unless the offer is open, of another contact and of this association. */
  linked?: { offer: string; link: string }
  unlinked?: boolean
  discarded?: { request: RequestId; reason: 'person' | 'retention' }
  advanced?: { request: RequestId; from: RequestStage; to: RequestStage; staff: StaffId; note: string | null }
  handover?: { reason: HandoverReason; role: string }
  takeOver?: { staff: StaffId }
  release?: { queue: boolean; reason: HandoverReason | null }
  consents?: { purpose: string; given: boolean; text: string }[]
  rating?: { request: RequestId; dimension: 'service' | 'provider'; score: number }[]
  ratingComment?: { request: RequestId; comment: string }
  /** The messages of this turn belong to a sealed span: read only by those whose case it is. */
  sealed?: SealedSpan
  profile?: { gender?: 'female' | 'male' | null; language?: 'ar' | 'en'; name?: string; stopped?: boolean }
}

/** One turn, ready to be written. */
export interface TurnCommit {
  association: Slug
  conversation: ConversationId
  contact: ContactId
  /** As loaded; the commit is refused when the row has moved on. */
  version: number
  epoch: number
  turnId: string
  /** ISO instant of business time. */
  now: string
  state: ConversationState
  /** Rows that arrive with this very turn (stored and taken in one commit). */
  arrived: InboxRow[]
  /** Ids of waiting rows that this turn takes. */
  taken: string[]
  /** Disposition of each arrived and taken row. */
  disposition: Disposition
  input: Input
  env: Env
  /** Replies of services, by call number. */
  replies: unknown[]
  effects: Effect[]
  outbox: OutboxRow[]
  rare: RareWrites
  /** This process would send the first message at once; it is leased for so long if its line and the pace allow it. */
  lease?: { account: AccountId; ms: number }
}

/**
 * `leased`: committed, and its first message is leased to this process. `duplicate`: an arrived row was already stored.
 * `conflict`: version or epoch moved; load and decide again.
 */
export type CommitResult = 'committed' | 'leased' | 'duplicate' | 'conflict'

export interface TurnRecord {
  turnId: string
  conversation: ConversationId
  /** Version after the turn: 1, 2, 3 … without gaps. */
  seq: number
  at: string
  input: Input
  env: Env
  replies: unknown[]
  effects: Effect[]
}

export interface TurnStore {
  /** @returns null where nobody of that name is known. Calls made at the same time share one statement. */
  load(key: TurnKey): Promise<Loaded | null>
  /** As `load`, but a state that does not open is taken for that of someone never heard: for a person who takes over. */
  loadAnyway(key: TurnKey): Promise<Loaded | null>
  /** Makes contact, address and conversation on first contact; idempotent. */
  meet(who: { association: Slug; account: AccountId; external: string; phone: string | null }, now: string): Promise<void>
  /** Stores rows for a later turn (burst window, busy, poisonous). @returns false for a duplicate. */
  store(conversation: { association: Slug; conversation: ConversationId; contact: ContactId }, row: InboxRow): Promise<boolean>
  commit(turn: TurnCommit): Promise<CommitResult>
  /** Next number of the association for references. Gaps are possible, repeats are not. */
  nextReference(association: Slug): Promise<number>
  /** Conversations that wait for staff and began to wait before this one; all of them when it does not wait yet. */
  waitingAhead(association: Slug, conversation: ConversationId): Promise<number>
  /** Those of the contact and of the contacts linked with it, newest first. */
  requestsOf(association: Slug, contact: ContactId): Promise<RequestView[]>
  /** Conversations with rows waiting since before `before`: what a crash or a window left. */
  overdue(before: string, limit: number): Promise<{ association: Slug; conversation: ConversationId }[]>
  /** Set timers due at `now`, oldest first. */
  dueTimers(
    now: string,
    limit: number,
  ): Promise<{ association: Slug; conversation: ConversationId; id: string; timer: TimerKind; subject: string }[]>
  /**
   * Who it is, without opening anything of theirs: for a conversation that does not open.
   * @returns null where nobody of that name is known
   */
  locate(key: TurnKey): Promise<{ association: Slug; conversation: ConversationId; contact: ContactId } | null>
  /**
   * Counts a failed turn on these rows (`all`: on every row that waits); at `mostAttempts` they are set aside
   * (`handed-over`, `failed`) and the conversation waits for staff. Opens nothing.
   * @param now business time
   * @returns how many were set aside
   */
  park(of: { association: Slug; conversation: ConversationId }, ids: string[] | 'all', mostAttempts: number, now: string): Promise<number>
  /**
   * Claims the file of a waiting row for this process. A claim of a process that died ends by itself.
   * @param ms by the database's clock
   * @returns the number of this try, from 1; null when another has it or the row no longer waits
   */
  claimFile(of: { association: Slug; conversation: ConversationId }, id: string, ms: number): Promise<number | null>
  /**
   * The claim ends without a file.
   * @param counts false: the try does not count
   */
  dropFile(of: { association: Slug; conversation: ConversationId }, id: string, attempt: number, counts: boolean): Promise<void>
  /** Writes what became of the file, while the row still waits and the claim is ours. @returns whether it was */
  putFile(
    of: { association: Slug; conversation: ConversationId; contact: ContactId },
    id: string,
    attempt: number,
    content: Content,
  ): Promise<boolean>
  /** Records of a conversation in order, for replay. */
  records(association: Slug, conversation: ConversationId): Promise<TurnRecord[]>
  conversations(association: Slug): Promise<ConversationId[]>
}
