/** Links between the channels of one person, and the one-time offers that make them. */
import type { LinkSight } from '../core/engine/link-replies.ts'
import type { AccountId, ContactId, ConversationId, Slug } from '../core/ids.ts'
import type { ChannelKind } from './channel.ts'

export interface LinkStore {
  /** Public name of the association's Telegram bot; null while none is connected. */
  botName(association: Slug): Promise<string | null>
  /** Keeps the name of a bot (`settings.username` of its account), as the channel says it. */
  nameBot(of: { association: Slug; account: AccountId }, username: string): Promise<void>
  /** Channels of the contacts with which this one is linked now. */
  linkedWith(association: Slug, contact: ContactId): Promise<ChannelKind[]>
  /**
   * Keeps an offer that ends at `until`; of its token only a keyed hash.
   * @returns the token: letters, digits, `_` and `-`, at most 64
   */
  offer(of: { association: Slug; contact: ContactId; conversation: ConversationId }, now: string, until: string): Promise<string>
  /** How an offer looks to this contact. Changes nothing: the turn that claims it does. */
  read(of: { association: Slug; contact: ContactId }, by: { token: string } | { offer: string }, now: string): Promise<LinkSight>
}
