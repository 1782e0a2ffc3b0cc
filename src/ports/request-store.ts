/** A request as the acts of staff need it. */
import type { RequestView } from '../core/engine/input.ts'
import type { ContactId, ConversationId, RequestId, Slug } from '../core/ids.ts'

export interface RequestFile {
  view: RequestView
  conversation: ConversationId
  contact: ContactId
  /** Rises with every change of the row. */
  version: number
  language: 'ar' | 'en'
  gender: 'female' | 'male' | null
}

export interface RequestStore {
  /** @throws DomainError `not-found` */
  find(association: Slug, request: RequestId): Promise<RequestFile>
  /** @throws DomainError `not-found` */
  findByReference(association: Slug, reference: string): Promise<RequestFile>
  /** Newest first. */
  list(association: Slug, limit: number): Promise<RequestFile[]>
}
