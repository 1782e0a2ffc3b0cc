/** Updates that could not become a message of anybody: kept, counted, and never tried again by themselves. */
import type { AccountId, Slug } from '../core/ids.ts'

export interface DeadLetters {
  /**
   * Idempotent by account and external id.
   * @param body as the channel delivered it; sealed with the association's key, like `error`
   * @returns false when it was kept before
   */
  put(letter: { association: Slug; account: AccountId; externalId: string; body: string; error: unknown }): Promise<boolean>
  /** Of every association. */
  count(): Promise<number>
}
