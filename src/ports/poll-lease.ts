/** Who listens to an account whose channel gives its updates to one listener at a time. */
import type { AccountId, Slug } from '../core/ids.ts'

/** An account and whose it is. */
export interface AccountOf {
  association: Slug
  account: AccountId
}

export interface PollLease {
  /**
   * Takes the lease when it is free or ran out, or renews it for who holds it.
   * @param holder unique to one listener of one process
   * @param ms by the database's clock
   * @returns false while another holds it
   */
  tryTake(of: AccountOf, holder: string, ms: number): Promise<boolean>
  /** Gives it up, so that the next one need not wait for it to run out. Of another holder: nothing happens. */
  release(of: AccountOf, holder: string): Promise<void>
}
