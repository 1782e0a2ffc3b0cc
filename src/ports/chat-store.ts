/** A conversation as its own person may see it. */
import type { AccountId, ContactId, ConversationId, Slug } from '../core/ids.ts'
import type { AbstractMessage } from './channel.ts'
import type { FileInfo } from './files.ts'

export interface ChatPlace {
  conversation: ConversationId
  contact: ContactId
  owner: 'bot' | 'staff'
}

export interface ChatLine {
  /** Inbox or outbox id: orders and deduplicates. */
  id: string
  from: 'me' | 'bot' | 'staff'
  at: string
  text: string
  language: AbstractMessage['language']
  options: AbstractMessage['options']
  promptId: string | null
  layout: AbstractMessage['layout']
  /** Shown name, when staff wrote it. */
  staff: string | null
  file: FileInfo | null
  /** Id that the page gave its own message. */
  clientId: string | null
}

export interface ChatStore {
  /** @returns null for someone who never wrote */
  find(association: Slug, account: AccountId, external: string): Promise<ChatPlace | null>
  /** Lines after `since`, oldest first: what the person said and what was really sent. */
  lines(association: Slug, place: ChatPlace, since: string | null): Promise<ChatLine[]>
}
