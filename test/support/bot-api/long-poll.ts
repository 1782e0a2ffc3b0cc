/** getUpdates: the offset is the acknowledgement, one poller at a time. */
import type { Update } from '@grammyjs/types'
import { ApiFailure } from './api-failure.ts'
import type { FaultBox } from './faults.ts'
import type { Settings } from './settings.ts'
import type { Arrival, UpdateQueue } from './update-queue.ts'

export interface PollRequest {
  offset: number
  limit: number
  seconds: number
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
    const fresh = queue.pending()
    const batch = [...again, ...fresh.filter(({ update }) => update.update_id >= offset)].slice(0, limit)
    again.splice(0, limit)
    for (let i = 0; i + 1 < batch.length; i++) {
      const [here, next] = [batch[i], batch[i + 1]]
      if (here && next && faults.swaps()) {
        batch[i] = next
        batch[i + 1] = here
        i++
      }
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

  const abort = (reason: string): void => waiting?.refuse(conflict(reason))

  return {
    abort,
    conflict,
    poll: (request) => {
      abort('terminated by other getUpdates request; make sure that only one bot instance is running')
      const from =
        request.offset < 0
          ? (queue.pending().at(request.offset)?.update.update_id ?? queue.pending()[0]?.update.update_id ?? 0)
          : request.offset
      if (from > 0) confirm(from)
      const now = settings.now()
      const hurried = request.offset === previous.offset && now < previous.at + 500
      previous = { offset: request.offset, at: now }
      const asked = { ...request, offset: from, limit: hurried ? 1 : request.limit }
      const updates = take(asked)
      if (updates.length > 0 || request.seconds === 0) return Promise.resolve(updates)
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
        const timer = setTimeout(() => mine.give([]), request.seconds * 1000)
        request.onGone(() => mine.give([]))
        waiting = mine
      })
    },
  }
}
