/** What pages are told after a commit. Ids only: authorisation stays with the refetch. */
import type { ConversationId, RequestId, Slug } from '../core/ids.ts'

export type Event =
  | { kind: 'conversation'; association: Slug; conversation: ConversationId }
  | { kind: 'request'; association: Slug; request: RequestId }
  /** Events of other processes may have been lost: whoever shows something reads it again. */
  | { kind: 'missed' }

/** In-process; through Redis when there is one. A lost event costs a refetch, never a message. */
export interface Events {
  publish(event: Event): void
  /** @returns a function that ends the subscription. */
  subscribe(listener: (event: Event) => void): () => void
}
