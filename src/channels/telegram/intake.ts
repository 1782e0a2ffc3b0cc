/** Takes updates to whoever stores them: one person's in their order, failures told apart, nothing acknowledged too early. */
import { setTimeout } from 'node:timers/promises'
import { keyOf, type TelegramUpdate } from './update.ts'

/** Failures of one update before it is set aside. */
const mostTries = 3
/** Before the second and the third try. */
const tryAgainMs = [100, 800] as const

export interface IntakeOptions {
  /** Resolves when the update is stored and committed. */
  receive(update: TelegramUpdate): Promise<void>
  /** What cannot wait for its turn. Never fails. */
  greet(update: TelegramUpdate): Promise<void>
  /**
   * Whether the database is to blame and not the update. Never fails.
   * @param error what failed; undefined asks how it is now
   */
  isAway(error?: unknown): Promise<boolean>
  /** Keeps an update that cannot be received, for staff. Resolves when it is kept. */
  deadLetter(update: TelegramUpdate, error: unknown): Promise<void>
}

export interface Intake {
  /**
   * @param wait asked when the database is away, or nothing else can be done: true when it may be tried again
   * @returns true when the update may be acknowledged: it was received, or kept for staff. Never fails.
   */
  take(update: TelegramUpdate, wait: () => Promise<boolean>): Promise<boolean>
  isAway: IntakeOptions['isAway']
}

export const createIntake = ({ receive, greet, isAway, deadLetter }: IntakeOptions): Intake => {
  const tails = new Map<string, Promise<unknown>>()

  const takeInTurn = async (update: TelegramUpdate, wait: () => Promise<boolean>): Promise<boolean> => {
    let failures = 0
    for (;;) {
      try {
        await receive(update)
        return true
      } catch (error) {
        if (await isAway(error)) {
          if (await wait()) continue
          return false
        }
        const pause = tryAgainMs[failures]
        failures += 1
        if (failures < mostTries && pause !== undefined) await setTimeout(pause)
        else if (await keep(update, error, wait)) return true
        else return false
      }
    }
  }

  const keep = async (update: TelegramUpdate, error: unknown, wait: () => Promise<boolean>): Promise<boolean> => {
    for (let tries = 1; ; tries += 1) {
      try {
        await deadLetter(update, error)
        return true
      } catch {
        // Not kept is not acknowledged: Telegram still has it.
        if (!(await wait())) return false
        await setTimeout(Math.min(2_000, 250 * 2 ** tries))
      }
    }
  }

  return {
    isAway,
    take: (update, wait) => {
      void greet(update)
      const key = keyOf(update)
      const work = () => takeInTurn(update, wait)
      const before = tails.get(key)
      const now = before ? before.then(work, work) : work()
      tails.set(key, now)
      const forget = () => {
        if (tails.get(key) === now) tails.delete(key)
      }
      now.then(forget, forget)
      return now
    },
  }
}
