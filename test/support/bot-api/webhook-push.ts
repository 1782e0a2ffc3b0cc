/**
 * Webhook deliveries as the real server makes them: one at a time in a line (a chat's messages; a person's presses
 * and the bot's own standing are other lines), a failing one holding its line until it succeeds or is too old.
 */
import { Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { FaultBox } from './faults.ts'
import type { Settings } from './settings.ts'
import type { Arrival, UpdateQueue } from './update-queue.ts'

export interface Webhook {
  url: string
  secret: string | null
  maxConnections: number
}

export interface WebhookPush {
  set(webhook: Webhook | null): void
  current(): Webhook | null
  lastError(): { at: number; message: string } | null
  close(): void
}

interface Reply {
  status: number
  retryAfter: number | null
  body: string
}

/** How long an update that is to come late waits for the one behind it. */
const swapMs = 30

/** @param onReply what the bot wrote into its answer: a call, when it names a method */
export const createWebhookPush = (
  queue: UpdateQueue,
  faults: FaultBox,
  settings: Settings,
  onReply: (body: string) => void,
): WebhookPush => {
  let webhook: Webhook | null = null
  let failure: { at: number; message: string } | null = null
  let agent = new Agent({ keepAlive: true })
  let active = 0
  /** Grows with every setting: what an earlier one began changes nothing any more. */
  let reign = 0
  const lines = new Map<string, { waiting: Arrival[]; busy: boolean; failures: number }>()
  const ready: string[] = []
  const timers = new Set<NodeJS.Timeout>()

  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }

  const lineOf = (name: string) => {
    const line = lines.get(name) ?? { waiting: [], busy: false, failures: 0 }
    lines.set(name, line)
    return line
  }

  const enqueue = (arrival: Arrival): void => {
    const line = lineOf(arrival.line)
    line.waiting.push(arrival)
    if (line.waiting.length === 1 && !line.busy) ready.push(arrival.line)
    pump()
  }

  const pump = (): void => {
    while (webhook && !faults.paused() && active < webhook.maxConnections) {
      const name = ready.shift()
      if (name === undefined) return
      void serve(name, webhook)
    }
  }

  const serve = async (name: string, to: Webhook): Promise<void> => {
    const mine = reign
    const line = lineOf(name)
    const head = line.waiting[0]
    if (!head) return
    line.busy = true
    active++
    const swapped = line.failures === 0 && faults.swaps()
    if (swapped) await new Promise<void>((resolve) => later(swapMs, resolve))
    const next = swapped ? line.waiting[1] : undefined
    if (next) line.waiting.splice(0, 2, next, head)
    const arrival = next ?? head
    const wait = mine === reign ? await deliver(arrival, to) : null
    if (mine !== reign) return
    active--
    line.busy = false
    if (wait === null) {
      line.failures = 0
      line.waiting.shift()
      const first = arrival.confirmedAt === null
      queue.confirm(arrival.update.update_id)
      if (first && faults.repeats()) line.waiting.push(arrival)
    } else line.failures++
    if (line.waiting.length === 0) lines.delete(name)
    else if (wait === null) ready.push(name)
    else {
      line.busy = true
      later(wait, () => {
        line.busy = false
        ready.push(name)
        pump()
      })
    }
    pump()
  }

  /** @returns null when this update is done with, else how long to wait before the next try */
  const deliver = async (arrival: Arrival, to: Webhook): Promise<number | null> => {
    if (arrival.expiresAt <= settings.now()) return null
    arrival.deliveries++
    const backOff = Math.min(settings.webhookRetryMs * 2 ** lineOf(arrival.line).failures, settings.webhookRetryMs * 60)
    try {
      const { status, retryAfter, body } = await post(to, JSON.stringify(arrival.update))
      if (status >= 200 && status < 300) {
        if (body) onReply(body)
        return null
      }
      failure = { at: settings.now(), message: `Wrong response from the webhook: ${status}` }
      return retryAfter === null ? backOff : Math.min(retryAfter, 3_600) * 1000
    } catch (error) {
      failure = { at: settings.now(), message: error instanceof Error ? error.message : String(error) }
      return backOff
    }
  }

  const post = (to: Webhook, body: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const secure = to.url.startsWith('https:')
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(to.secret !== null && { 'x-telegram-bot-api-secret-token': to.secret }),
      }
      const sent = (secure ? httpsRequest : httpRequest)(to.url, { method: 'POST', headers, ...(!secure && { agent }) }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          clearTimeout(timer)
          const after = Number(response.headers['retry-after'])
          const retryAfter = response.headers['retry-after'] !== undefined && Number.isFinite(after) ? after : null
          resolve({ status: response.statusCode ?? 0, retryAfter, body: Buffer.concat(chunks).toString('utf8') })
        })
      })
      const timer = setTimeout(() => sent.destroy(new Error('Read timeout expired')), settings.webhookTimeoutMs)
      sent.on('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      sent.end(body)
    })

  const halt = (): void => {
    reign++
    for (const timer of timers) clearTimeout(timer)
    timers.clear()
    lines.clear()
    ready.length = 0
    active = 0
    agent.destroy()
  }

  queue.onAdd((arrival) => {
    if (webhook) enqueue(arrival)
  })
  faults.onResume(() => pump())

  return {
    set: (wanted) => {
      halt()
      webhook = wanted
      if (!wanted) return
      agent = new Agent({ keepAlive: true, maxSockets: wanted.maxConnections })
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
