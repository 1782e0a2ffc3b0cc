/** What follows from the result of a send. One table for every channel; the adapter only says what happened. */
import type { MessageClass } from '../core/engine/effect.ts'
import { type SendResult, sendFailures } from '../ports/channel.ts'
import type { Lease, Settlement } from '../ports/outbox-store.ts'

/** Failed tries before a retryable failure becomes final: with the waits below about half an hour. */
export const mostFailures = 36
const longestWaitMs = 60_000
/** A channel that says «too many» without saying for how long. */
const throttledMs = 1_000
/** Until someone mends the credentials; nothing is lost meanwhile. */
const unauthorizedMs = 30_000
/** Before what must arrive is sent once more. */
const repeatMs = 2_000
/** No adapter for this account in this process, or not yet. */
const absentMs = 5_000

/** Somebody waits for it: leaves before what we begin ourselves. */
export const isAwaited = (of: MessageClass): boolean => of === 'reply' || of === 'staff'

/** The person has blocked us and has not written since: only an answer is tried. */
export const isVain = (lease: Lease): boolean => lease.unreachable && !isAwaited(lease.class)

/** @param result null: this process has no adapter for the account @param at business time */
export const judgeSend = (lease: Lease, result: SendResult | null, at: string): Settlement => {
  const mark = { association: lease.association, id: lease.id, attempt: lease.attempt }
  const again = (waitMs: number, counts = false) => ({ ...mark, state: 'queued' as const, waitMs, counts, again: false })
  if (result === null) return { ...again(absentMs), failure: 'unreachable' }
  if (result.ok) return { ...mark, state: 'sent', externalId: result.externalId, ...(lease.unreachable && { reached: true }) }
  const { failure } = result
  const told = Math.max(0, result.retryAfterMs ?? 0)
  switch (failure) {
    case 'throttled':
      return { ...again(told || throttledMs), failure }
    case 'unauthorized':
      return { ...again(told || unauthorizedMs), failure }
    case 'unreachable':
      if (lease.failures + 1 >= mostFailures) return { ...mark, state: 'failed', failure, at }
      return { ...again(Math.max(told, Math.min(longestWaitMs, 500 * 2 ** lease.failures)), true), failure }
    case 'timeout':
      // Twice is better than never for a decision; for anything else once, and staff see that nobody knows.
      if (lease.class === 'push' && !lease.repeated) return { ...again(repeatMs), again: true, failure }
      return { ...mark, state: 'uncertain', failure, at }
    case 'blocked':
    case 'refused':
      return { ...mark, state: 'failed', failure, at }
    default:
      return failure satisfies never
  }
}

/** Nobody knows whether it was delivered. */
export const isAmbiguous = (result: SendResult | null): boolean => result !== null && !result.ok && !sendFailures[result.failure].certain
