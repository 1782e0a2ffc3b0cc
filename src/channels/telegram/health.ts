/** How an account is doing, said once per change. */
import type { ConnectionHealth } from '../../ports/channel.ts'
import { BotApiError } from './api.ts'

export interface HealthBoard {
  now(): ConnectionHealth
  set(state: ConnectionHealth['state'], detail?: string): void
  /** Says what a failed call means. @param failures in a row, from 1 @returns how long to wait before the next, ms */
  fail(error: unknown, failures: number): number
}

/** @param tell one line for each change */
export const createHealthBoard = (tell: (health: ConnectionHealth) => void): HealthBoard => {
  const since = (): string => new Date().toISOString()
  let health: ConnectionHealth = { state: 'stopped', detail: null, since: since() }
  const set: HealthBoard['set'] = (state, detail) => {
    if (health.state === state && health.detail === (detail ?? null)) return
    health = { state, detail: detail ?? null, since: since() }
    tell(health)
  }
  return {
    now: () => health,
    set,
    fail: (error, failures) => {
      const trouble = troubleOf(error)
      set(trouble.state, trouble.detail)
      return backOff(trouble, failures)
    },
  }
}

export interface Trouble {
  state: 'degraded' | 'refused'
  detail: string
  /** Before the next try: first, and at most. */
  waitMs: number
  mostMs: number
}

/** @returns what a failed call means for the connection, in one line that names no secret. */
export const troubleOf = (error: unknown): Trouble => {
  const degraded = (detail: string, waitMs: number, mostMs: number): Trouble => ({ state: 'degraded', detail, waitMs, mostMs })
  if (!(error instanceof BotApiError)) return degraded('Telegram could not be asked', 1_000, 30_000)
  const { status, retryAfterMs } = error
  if (status === 401 || status === 404)
    return {
      state: 'refused',
      detail: 'Telegram does not know this token: ask @BotFather for the present one',
      waitMs: 60_000,
      mostMs: 600_000,
    }
  if (status === 409) return degraded('another program polls this bot, or a webhook is set: stop the other one', 5_000, 15_000)
  if (status === 429) return degraded('Telegram asks us to slow down', retryAfterMs ?? 5_000, retryAfterMs ?? 60_000)
  if (status !== null && status >= 500) return degraded(`Telegram answers ${status}`, retryAfterMs ?? 1_000, 30_000)
  if (status !== null) return degraded(`Telegram refuses ${error.method} (${status})`, 5_000, 60_000)
  return degraded('Telegram cannot be reached', 1_000, 30_000)
}

/** @param failures in a row, from 1 @returns how long to wait: doubling, and not all at the same moment */
export const backOff = ({ waitMs, mostMs }: Pick<Trouble, 'waitMs' | 'mostMs'>, failures: number): number =>
  Math.max(waitMs, Math.min(mostMs, waitMs * 2 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() / 2))
