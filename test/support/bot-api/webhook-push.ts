/**
 * Webhook deliveries as the real server makes them (WebhookActor.cpp): one at a time in a line (a chat's messages; a
 * person's presses and the bot's own standing are other lines), a failing one holding its line until it succeeds or
 * is too old.
 */
import type { FaultBox } from './faults.ts'
import type { Random } from './random.ts'
import type { Settings } from './settings.ts'
import type { Arrival, UpdateQueue } from './update-queue.ts'
import { createPoster, type Webhook, type WebhookPoster, type WebhookReply } from './webhook-post.ts'

export interface WebhookPush {
  set(webhook: Webhook | null): void
  current(): Webhook | null
  lastError(): { at: number; message: string } | null
  close(): void
}

interface Line {
  name: string
  waiting: Arrival[]
  /** Being delivered, or waiting for its next try. */
  busy: boolean
  failures: number
  delay: number
}

/** How long an update that is to come late waits for the one behind it. */
const swapMs = 30
const longestDelay = 60
const longestRetryAfter = 3_600

/** @param onReply what the bot wrote into its answer: a call, when it names a method */
export const createWebhookPush = (
  queue: UpdateQueue,
  faults: FaultBox,
  settings: Settings,
  random: Random,
  onReply: (reply: WebhookReply) => void,
): WebhookPush => {
  let webhook: Webhook | null = null
  let poster: WebhookPoster | null = null
  let failure: { at: number; message: string } | null = null
  let active = 0
  const lines = new Map<string, Line>()
  const ready: Line[] = []
  const timers = new Set<NodeJS.Timeout>()

  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }

  const enqueue = (arrival: Arrival): void => {
    const line = lines.get(arrival.line) ?? { name: arrival.line, waiting: [], busy: false, failures: 0, delay: 1 }
    lines.set(line.name, line)
    line.waiting.push(arrival)
    if (line.waiting.length === 1 && !line.busy) ready.push(line)
    pump()
  }

  const pump = (): void => {
    while (webhook && poster && !faults.paused() && active < webhook.maxConnections) {
      const line = ready.shift()
      if (!line) return
      void serve(line, poster)
    }
  }

  const serve = async (line: Line, by: WebhookPoster): Promise<void> => {
    line.busy = true
    active++
    const arrival = await chooseNext(line)
    const wait = arrival && by === poster ? await deliver(line, arrival, by) : null
    // Set anew meanwhile: whatever this was is not known any more.
    if (by !== poster) return
    active--
    line.busy = false
    if (wait === null) finish(line, arrival)
    else {
      line.failures++
      line.busy = true
      later(wait, () => {
        line.busy = false
        ready.push(line)
        pump()
      })
    }
    pump()
  }

  /** The head of the line, or the one behind it when disorder is wanted. */
  const chooseNext = async (line: Line): Promise<Arrival | undefined> => {
    const head = line.waiting[0]
    if (!head || line.failures > 0 || !faults.swaps()) return head
    await new Promise<void>((resolve) => later(swapMs, resolve))
    const next = line.waiting[1]
    if (!next) return head
    line.waiting.splice(0, 2, next, head)
    return next
  }

  const finish = (line: Line, arrival: Arrival | undefined): void => {
    line.failures = 0
    line.delay = 1
    line.waiting.shift()
    const confirmed = arrival && queue.confirm(arrival.update.update_id)
    if (confirmed && faults.repeats()) line.waiting.push(confirmed)
    if (line.waiting.length > 0) ready.push(line)
    else lines.delete(line.name)
  }

  /** @returns null when this update is done with, else how long to wait before the next try */
  const deliver = async (line: Line, arrival: Arrival, by: WebhookPoster): Promise<number | null> => {
    if (arrival.expiresAt <= settings.now()) return giveUp(arrival)
    arrival.deliveries++
    let retryAfter = 0
    try {
      const reply = await by.post(JSON.stringify(arrival.update), settings.webhookTimeoutMs)
      if (reply.status >= 200 && reply.status < 300) {
        if (reply.body.length > 0) onReply(reply)
        return null
      }
      failure = { at: settings.now(), message: `Wrong response from the webhook: ${reply.status} ${reply.reason}` }
      retryAfter = Math.min(Math.max(Number(reply.headers['retry-after'] ?? 0) || 0, 0), longestRetryAfter)
    } catch (error) {
      failure = { at: settings.now(), message: error instanceof Error ? error.message : String(error) }
    }
    const wait = retryAfter > 0 ? retryAfter * 1000 : backOff(line)
    return settings.now() + wait > arrival.expiresAt ? giveUp(arrival) : wait
  }

  const backOff = (line: Line): number => {
    if (line.failures === 0) return 0
    line.delay = Math.min(line.delay * 2, longestDelay + random.below(longestDelay))
    return line.delay * settings.webhookRetryMs
  }

  const giveUp = (arrival: Arrival): null => {
    queue.lose(arrival.update.update_id)
    return null
  }

  const halt = (): void => {
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    lines.clear()
    ready.length = 0
    active = 0
    poster?.close()
    poster = null
  }

  queue.onAdd((arrival) => {
    if (webhook) enqueue(arrival)
  })
  faults.onResume(pump)

  return {
    set: (wanted) => {
      halt()
      webhook = wanted
      if (!wanted) return
      poster = createPoster(wanted)
      for (const arrival of queue.pending()) enqueue(arrival)
    },
    current: () => webhook,
    lastError: () => failure,
    close: () => {
      halt()
      webhook = null
    },
  }
}
