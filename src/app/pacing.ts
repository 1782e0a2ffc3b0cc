/** Keeps the pace of each connected account in the database, where the permits are given out. */
import type { AccountId } from '../core/ids.ts'
import type { Pace } from '../ports/channel.ts'
import type { OutboxStore } from '../ports/outbox-store.ts'

/** Changed settings count after so long at the latest, ms. */
const refreshMs = 60_000

export interface Pacing {
  /** @param pace of the channel, which the account's settings may override; resolves when it is written */
  connect(account: AccountId, pace: Pace | null): Promise<void>
  /** Reads the settings again, and tries again what could not be written. */
  refresh(): Promise<void>
}

export const createPacing = (deps: { outbox: Pick<OutboxStore, 'pace'>; log: { failure(error: unknown): void } }): Pacing => {
  const known = new Map<AccountId, { pace: Pace | null; at: number }>()
  /** What was wrong the last time, by account: said once, not at every look. */
  const told = new Map<AccountId, string>()
  const apply = async (account: AccountId, pace: Pace | null): Promise<void> => {
    known.set(account, { pace, at: Number.NEGATIVE_INFINITY })
    try {
      await deps.outbox.pace(account, pace)
      known.set(account, { pace, at: performance.now() })
      told.delete(account)
    } catch (error) {
      if (told.get(account) !== String(error)) deps.log.failure(error)
      told.set(account, String(error))
    }
  }
  return {
    connect: apply,
    refresh: async () => {
      const due = [...known].filter(([, { at }]) => performance.now() - at > refreshMs)
      for (const [account, { pace }] of due) await apply(account, pace)
    },
  }
}
