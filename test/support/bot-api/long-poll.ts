/** getUpdates: the offset is the acknowledgement, one poller at a time. */
import type { Update } from '@grammyjs/types'
import { ApiFailure } from './api-failure.ts'
import type { FaultBox } from './faults.ts'
import type { Settings } from './settings.ts'
import type { Arrival, UpdateQueue } from './update-queue.ts'

interface PollRequest {
  offset: number
  limit: number
  timeoutMs: number
  /** Calls back when the one who asked has gone. */
  onGone(listener: () => void): void
}

export interface LongPoll {
  poll(request: PollRequest): Promise<Update[]>
  /** Ends the poll that waits with 409. */
  abort(reason: string): void
  /** A 409, held back when another was given a moment ago: pollers that fight must not spin. */
  conflict(reason: string): ApiFailure
}

interface Waiting {
  request: PollRequest
  give(updates: Update[]): void
  refuse(failure: ApiFailure): void
}

export const createLongPoll = (queue: UpdateQueue, faults: FaultBox, settings: Settings): LongPoll => {
  let waiting: Waiting | null = null
  let woken = false
  let previous = { offset: 0, at: Number.NEGATIVE_INFINITY }
  let nextConflictAt = 0
  /** Confirmed, and yet to come once more. */
  const again: Arrival[] = []

  const conflict = (reason: string): ApiFailure => {
    const now = settings.now()
    const held = now < nextConflictAt
    if (!held) nextConflictAt = now + settings.conflictHoldMs
    return new ApiFailure(409, `Conflict: ${reason}`, undefined, held ? settings.conflictHoldMs : 0)
  }

  const take = ({ offset, limit }: PollRequest): Update[] => {
    if (faults.paused()) return []
    const repeated = again.splice(0, limit)
    const batch = [...repeated, ...queue.pending(offset, limit - repeated.length)]
    for (let i = 0; i + 1 < batch.length; i++) {
      const [here, next] = [batch[i], batch[i + 1]]
      if (!here || !next || !faults.swaps()) continue
      batch[i] = next
      batch[i + 1] = here
      i++
    }
    for (const arrival of batch) arrival.deliveries++
    return batch.map(({ update }) => update)
  }

  const wake = (): void => {
    if (woken || !waiting) return
    woken = true
    // As the real server, it waits a moment for more.
    setImmediate(() => {
      woken = false
      if (!waiting) return
      const updates = take(waiting.request)
      if (updates.length > 0) waiting.give(updates)
    })
  }
  queue.onAdd(wake)
  faults.onResume(wake)

  const confirm = (offset: number): void => {
    for (const arrival of queue.confirmBelow(offset)) if (arrival.deliveries > 0 && faults.repeats()) again.push(arrival)
  }

  /** Negative: so many from the end, the others forgotten. */
  const resolveOffset = (offset: number): number => {
    if (offset >= 0) return offset
    const pending = queue.pending()
    return (pending.at(offset) ?? pending[0])?.update.update_id ?? 0
  }

  /** Who asks the same again at once is slowed down: the real server does not let a bot spin. */
  const slowDown = (request: PollRequest): PollRequest => {
    const now = settings.now()
    const age = request.offset === previous.offset ? now - previous.at : Number.POSITIVE_INFINITY
    previous = { offset: request.offset, at: now }
    return {
      ...request,
      limit: age < settings.pollSingleMs ? 1 : request.limit,
      timeoutMs: age < settings.pollHoldMs ? Math.max(request.timeoutMs, settings.pollHoldMs) : request.timeoutMs,
    }
  }

  const abort = (reason: string): void => waiting?.refuse(conflict(reason))

  return {
    abort,
    conflict,
    poll: (request) => {
      abort('terminated by other getUpdates request; make sure that only one bot instance is running')
      const slowed = slowDown(request)
      const asked = { ...slowed, offset: resolveOffset(request.offset) }
      if (asked.offset > 0) confirm(asked.offset)
      const updates = take(asked)
      if (updates.length > 0 || asked.timeoutMs === 0) return Promise.resolve(updates)
      return new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer)
          if (waiting === mine) waiting = null
        }
        const mine: Waiting = {
          request: asked,
          give: (found) => {
            end()
            resolve(found)
          },
          refuse: (failure) => {
            end()
            reject(failure)
          },
        }
        const timer = setTimeout(() => mine.give([]), asked.timeoutMs)
        request.onGone(() => mine.give([]))
        waiting = mine
      })
    },
  }
}
