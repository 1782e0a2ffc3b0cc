/** What the desk's routes need. Handed in by `main`; the routes decide only who may and how it is said. */
import type { RequestWords } from '../../app/desk/show-request.ts'
import type { ConversationId, ReleaseId, RequestId, Slug, StaffId } from '../../core/ids.ts'
import type { Association } from '../../core/policy/association.ts'
import type { RequestStage } from '../../core/requests/request.ts'
import type { DeskStore } from '../../ports/desk-store.ts'
import type { Event } from '../../ports/events.ts'
import type { Files } from '../../ports/files.ts'
import type { StaffAccess } from '../../ports/staff-access.ts'

export interface Actor {
  id: StaffId
  name: string
}

/** The acts of staff. Each refuses with a DomainError; an id of another association is `not-found`. */
export interface DeskActs {
  /** @throws `already-owned` with `details.owner` (shown name) */
  takeOver(act: { association: Slug; conversation: ConversationId; staff: Actor }): Promise<void>
  /**
   * @returns id of the outbox row
   * @throws `not-owner`
   */
  reply(act: {
    association: Slug
    conversation: ConversationId
    staff: Actor
    text: string
    idempotencyKey: string
  }): Promise<{ id: string }>
  /** @throws `not-owner` */
  release(act: { association: Slug; conversation: ConversationId; staff: Actor }): Promise<void>
  /**
   * @returns what the person would be told, or null when this move tells nothing
   * @throws `stage-not-next`, `note-required`
   */
  previewAdvance(act: { association: Slug; request: RequestId; to: RequestStage; note: string | null }): Promise<string | null>
  /** @throws `stage-not-next`, `note-required`, `stale` */
  advance(act: {
    association: Slug
    request: RequestId
    to: RequestStage
    note: string | null
    version: number
    staff: Actor
  }): Promise<void>
  /** @returns a function that ends the subscription */
  subscribe(association: Slug, listener: (event: Event) => void): () => void
}

export interface DeskOptions {
  store: DeskStore
  access: StaffAccess
  acts: DeskActs
  files: Pick<Files, 'read'>
  /** A part of `Contents`. */
  contents: {
    current(association: Slug): { association: Pick<Association, 'name'> }
    pinned(association: Slug, id: ReleaseId): Promise<RequestWords>
  }
  /** Sample values stand in for what the association has not given. */
  sample?: boolean
  /** Sign-ins tried in a quarter of an hour, by address and by e-mail. */
  signInLimits?: { perAddress: number; perEmail: number }
  /** Milliseconds between two signs of life of an event stream, and two looks at its session. */
  beatMs?: number
}
