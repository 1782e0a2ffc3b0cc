/**
 * What the processes of one Sila tell each other, through Redis: never awaited, never the truth. A pulse of our own
 * goes round with the messages; while it does not come back, and whenever the line was cut, `missed` says that
 * something may have been lost.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Logger } from './logger.ts'
import { retryStrategy } from './redis-retry.ts'

export interface Bus {
  /** Tells the other processes. Never throws and never waits. */
  publish(message: object): void
  /** What others told, as they sent it; unchecked. */
  onMessage(listener: (message: unknown) => void): void
  /** Messages may have been lost: read again whatever is shown. Repeated while the line is away. */
  onMissed(listener: () => void): void
  /** Lets out what was said last. */
  close(): Promise<void>
}

export interface BusOptions {
  url: string
  logger: Logger
  /** Milliseconds between two pulses. */
  pulseMs?: number
}

/** Pulses that may be out before the line counts as lost. */
const patience = 1
/** A Redis that is away does not hold up the end of the program. */
const farewellMs = 300

export function openBus({ url, logger, pulseMs = 2_000 }: BusOptions): Bus {
  const own = randomUUID()
  // A line that is away fails at once: an event that comes late is worth no more than a refetch.
  const telling = new Redis(url, {
    retryStrategy,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: pulseMs,
    enableAutoPipelining: true,
  })
  const hearing = new Redis(url, { retryStrategy, autoResubscribe: false, maxRetriesPerRequest: null })
  // Redis keeps its channels apart from its databases, and two of ours may share one server.
  const channel = `sila:${telling.options.db ?? 0}`
  const heard: ((message: unknown) => void)[] = []
  const missing: (() => void)[] = []
  let last = performance.now()
  /** Pulses that have not come back. */
  let out = 0
  let lost = false
  let owed = false

  const missed = (): void => {
    for (const tell of missing) tell()
  }
  const send = (kind: 'message' | 'missed' | 'pulse', message?: object): void => {
    telling.publish(channel, JSON.stringify({ from: own, kind, message })).catch(() => {
      // Others do not know that they missed something: they are told when the line is back.
      if (kind !== 'pulse') owed = true
    })
  }
  const hearPulse = (): void => {
    out = 0
    if (owed) {
      owed = false
      send('missed')
    }
    if (!lost) return
    lost = false
    logger.info({ kind: 'redis' }, 'events of other processes are back')
    missed()
  }
  const receive = (text: string): void => {
    const envelope = open(text)
    if (envelope === null) return
    if (envelope.from === own) {
      if (envelope.kind === 'pulse') hearPulse()
    } else if (envelope.kind === 'missed') missed()
    else if (envelope.kind === 'message') for (const tell of heard) tell(envelope.message)
  }
  const pulse = (): void => {
    const now = performance.now()
    // A process that had no time for its timers had none to hear the pulse, either.
    if (now - last > 1.5 * pulseMs) out = 0
    last = now
    out += 1
    if (out > patience) {
      if (!lost) logger.warn({ kind: 'redis' }, 'events of other processes are out of reach; open pages are read again meanwhile')
      lost = true
      // A line that is up and carries nothing has died without a word; a new one gets its time.
      for (const client of [telling, hearing]) if (client.status === 'ready') client.disconnect(true)
      out = 0
    }
    if (lost) missed()
    send('pulse')
  }

  // What is wrong with the line is found out by the pulse.
  for (const client of [telling, hearing]) client.on('error', () => {})
  hearing.on('message', (_channel: string, text: string) => receive(text))
  // Whatever was said between the cut and this answer was said to nobody.
  hearing.on('ready', () => void hearing.subscribe(channel).then(missed, () => {}))
  const beat = setInterval(pulse, pulseMs)
  return {
    publish: (message) => send('message', message),
    onMessage: (listener) => void heard.push(listener),
    onMissed: (listener) => void missing.push(listener),
    close: async () => {
      clearInterval(beat)
      await Promise.race([telling.quit().catch(() => {}), setTimeout(farewellMs)])
      telling.disconnect()
      hearing.disconnect()
    },
  }
}

interface Envelope {
  from: string
  kind: string
  message: unknown
}

/** @returns null for what no Sila wrote */
function open(text: string): Envelope | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('from' in value) || !('kind' in value)) return null
    if (typeof value.from !== 'string' || typeof value.kind !== 'string') return null
    return { from: value.from, kind: value.kind, message: 'message' in value ? value.message : null }
  } catch {
    return null
  }
}
