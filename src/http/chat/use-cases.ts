/** What the web chat needs of the application. */
import type { Content } from '../../core/engine/input.ts'
import type { KeptFile } from '../../ports/files.ts'
import type { ChatMessage } from '../contract.ts'

/** A change in one visitor's conversation. Says that something changed, not what: the page's stream refetches. */
export type ChatChange = { kind: 'message' } | { kind: 'typing'; on: boolean } | { kind: 'owner'; owner: 'bot' | 'staff' }

/** `visitor` is the secret of the browser's cookie: what the channel knows a person by. */
export interface ChatUseCases {
  /** @throws DomainError `not-found` for an association that is not here. `fileLimit` in bytes. */
  open(slug: string): { name: string; nameEn: string; sample: boolean; fileLimit: number }
  /** Messages of this visitor after `since` (a message id, compared as text), oldest first. */
  messages(slug: string, visitor: string, since: string | null): Promise<ChatMessage[]>
  /** Who answers, and whether an answer is on its way. */
  presence(slug: string, visitor: string): Promise<{ owner: 'bot' | 'staff'; typing: boolean }>
  /** Stores before it resolves. A `clientId` seen before is the same message. @returns the id of its ChatMessage */
  receive(slug: string, visitor: string, update: { clientId: string; content: Content }): Promise<{ id: string }>
  keepFile(slug: string, visitor: string, stream: AsyncIterable<Uint8Array>, name: string | null): Promise<KeptFile>
  /** @throws DomainError `not-found`, also for a file of somebody else */
  readFile(slug: string, visitor: string, id: string): Promise<{ mime: string; name: string | null; bytes: Buffer }>
  /** The page showed everything up to this message. */
  seen?(slug: string, visitor: string, id: string): Promise<void>
  /** Called for each change of this visitor's conversation. @returns a function that ends it */
  subscribe(slug: string, visitor: string, listener: (change: ChatChange) => void): Promise<() => void>
}
