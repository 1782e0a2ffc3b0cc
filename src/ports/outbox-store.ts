/** Messages not yet delivered: leased by a guarded UPDATE, head of line per conversation. */
import type { MessageClass } from '../core/engine/effect.ts'
import type { AccountId, ConversationId, Slug } from '../core/ids.ts'
import type { AbstractMessage, ChannelKind, SendFailure } from './channel.ts'

export interface Lease {
  id: string
  association: Slug
  conversation: ConversationId
  account: AccountId
  channel: ChannelKind
  external: string
  class: MessageClass
  message: AbstractMessage
  /** 1 for the first try. */
  attempt: number
}

export type Settlement =
  | { id: string; attempt: number; state: 'sent'; externalId: string | null }
  | { id: string; attempt: number; state: 'queued'; failure: SendFailure; retryAt: string }
  | { id: string; attempt: number; state: 'failed' | 'uncertain'; failure: SendFailure }

export interface OutboxStore {
  /**
   * Leases the oldest queued message of each conversation (the named ones, or any that are due).
   * A row whose epoch is older than its conversation's is cancelled instead of leased. Rows whose
   * lease ran out become `uncertain`.
   * @param leaseMs by the database's clock
   */
  lease(
    wanted: { conversations: { association: Slug; conversation: ConversationId }[] } | { due: true },
    limit: number,
    leaseMs: number,
  ): Promise<Lease[]>
  settle(settlements: (Settlement & { association: Slug })[]): Promise<void>
}
