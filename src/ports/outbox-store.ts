/** Messages not yet delivered: leased by a guarded UPDATE, head of line per conversation, at the pace of their account. */
import type { MessageClass } from '../core/engine/effect.ts'
import type { AccountId, ConversationId, Slug } from '../core/ids.ts'
import type { AbstractMessage, ChannelKind, Pace, SendFailure } from './channel.ts'

/** One line of messages. */
export interface Place {
  association: Slug
  conversation: ConversationId
}

export interface Lease extends Place {
  id: string
  account: AccountId
  channel: ChannelKind
  external: string
  class: MessageClass
  message: AbstractMessage
  /** 1 for the first try. */
  attempt: number
  /** Tries that counted as failed: being throttled does not. */
  failures: number
  /** It was sent once more already because nobody knew how the first try had ended. */
  repeated: boolean
  /** Nothing has arrived there since the person last wrote. */
  unreachable: boolean
}

/** What may not leave yet, and in how many milliseconds to ask for it again. */
export type Wait = { account: AccountId; ms: number } | (Place & { ms: number })

export interface Leased {
  leases: Lease[]
  waits: Wait[]
  /** Lines in which a lease had run out: nobody knows whether the message was delivered. */
  lapsed: (Place & { channel: ChannelKind })[]
  /** A look at everyone was cut off at `limit`: ask again. */
  more: boolean
}

interface Mark {
  association: Slug
  id: string
  attempt: number
}
export type Settlement = Mark &
  (
    | { state: 'sent'; externalId: string | null; reached?: true }
    /** @param waitMs by the database's clock; `counts`: it was a failed try; `again`: it may arrive twice */
    | { state: 'queued'; failure: SendFailure; waitMs: number; counts: boolean; again: boolean }
    /** @param at business time: with `blocked`, since when nothing arrives there */
    | { state: 'failed' | 'uncertain'; failure: SendFailure; at: string }
  )

export interface OutboxStore {
  /**
   * Leases the oldest queued message of each conversation: of the named ones, of what waits for the pace of one
   * account, or of any that are due. A row whose epoch is older than its conversation's is cancelled instead. One
   * whose lease ran out was being sent by a process that is gone: it is queued once more, and `uncertain` the second time.
   *
   * Never more than may leave now: permits of an account and of a chat are given out in the database, so they hold
   * across processes. Replies and words of staff go first; a part of the account's burst is left to them.
   * @param leaseMs by the database's clock
   */
  lease(wanted: { conversations: Place[] } | { account: AccountId } | { due: true }, limit: number, leaseMs: number): Promise<Leased>
  /**
   * `blocked` marks the address, and fails what the bot has queued behind it; `reached` takes the mark away.
   * @returns the conversations of these in whose line more is queued
   */
  settle(settlements: Settlement[]): Promise<ConversationId[]>
  /**
   * Says how fast an account may send: as its settings say (`settings.pace`, null: nobody counts), else `fallback`.
   * @throws DomainError `invalid-input` for settings that say nothing sensible; `fallback` holds then
   */
  pace(account: AccountId, fallback: Pace | null): Promise<void>
  /** Ends the leases that this process had before it was killed and came back. Only before anything is leased. */
  reclaim(): Promise<void>
  /** Nothing leaves this account for so long, whichever process asks. Never shortens a pause. */
  pause(account: AccountId, ms: number): Promise<void>
  /**
   * The channel says that a person has blocked us, or has come back. It also counts as reachable again once the
   * person writes or a message arrives.
   * @param now business time
   * @returns the conversation; null for someone unknown
   */
  setReachable(
    who: { association: Slug; account: AccountId; external: string },
    reachable: boolean,
    now: string,
  ): Promise<ConversationId | null>
}
