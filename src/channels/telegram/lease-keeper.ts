/** Holds the right to ask for a bot's updates: Telegram gives them to one listener at a time. */
import type { AccountOf, PollLease } from '../../ports/poll-lease.ts'

export interface LeaseKeeper {
  held(): boolean
  /** Takes it and keeps renewing it. @returns false while another process has it @throws when the database is away */
  take(): Promise<boolean>
  /** Gives it up for the next one. Never fails. */
  release(): Promise<void>
}

export interface LeaseKeeperOptions {
  lease: PollLease
  of: AccountOf
  /** This process, and the one that comes back in its place: it need not wait for what a crash left. */
  holder: string
  ms: number
  /** Another has it: it ran out while the database or this process was away. */
  lost(): void
}

export const createLeaseKeeper = ({ lease, of, holder, ms, lost }: LeaseKeeperOptions): LeaseKeeper => {
  let renewing: NodeJS.Timeout | null = null
  /** One at a time: a slow database would gather them. */
  let underWay: Promise<void> | null = null
  const end = (): void => {
    if (renewing) clearInterval(renewing)
    renewing = null
  }
  const renew = async (): Promise<void> => {
    // While the database is away nobody else gets it either.
    const kept = await lease.tryTake(of, holder, ms).catch(() => true)
    if (kept || !renewing) return
    end()
    lost()
  }
  return {
    held: () => renewing !== null,
    take: async () => {
      if (!(await lease.tryTake(of, holder, ms))) return false
      end()
      renewing = setInterval(() => {
        underWay ??= renew().finally(() => {
          underWay = null
        })
      }, ms / 3)
      return true
    },
    release: async () => {
      end()
      // It would take again what is given up.
      await underWay
      await lease.release(of, holder).catch(() => undefined)
    },
  }
}
