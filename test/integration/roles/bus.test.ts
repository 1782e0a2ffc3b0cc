/** What processes tell each other through a real Redis, and what they do when it cannot carry it. */
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ConversationId, RequestId, Slug } from '../../../src/core/ids.ts'
import { createSignals } from '../../../src/main/events.ts'
import { createLogger } from '../../../src/platform/logger.ts'
import { type Bus, openBus } from '../../../src/platform/redis-bus.ts'
import type { Event } from '../../../src/ports/events.ts'
import { type RunningRedis, startRedis } from '../../support/redis.ts'

const pulseMs = 150
const association = Slug.parse('masakin')
const conversation = ConversationId.parse('01890a5d-ac96-774b-bcce-b302099a8057')
const request = RequestId.parse('01890a5d-ac96-774b-bcce-b302099a8058')

let redis: RunningRedis
let asking: Redis
let lines: string[] = []
let open: Bus[] = []
const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } })

beforeAll(async () => {
  redis = await startRedis()
  asking = new Redis(redis.url, { retryStrategy: () => 20 })
  asking.on('error', () => {})
})
afterEach(async () => {
  await Promise.all(open.map((bus) => bus.close()))
  open = []
  lines = []
})
afterAll(async () => {
  asking.disconnect()
  await redis.stop()
})

/** A process: what it publishes, and everything its pages were told. */
const join = async (url = redis.url) => {
  const bus = openBus({ url, logger, pulseMs })
  open.push(bus)
  const signals = createSignals(bus)
  const told: Event[] = []
  signals.events.subscribe((event) => void told.push(event))
  // The first answer of Redis says that the line is open; that no more is missed, that pulses come back.
  await vi.waitFor(() => expect(told).toContainEqual({ kind: 'missed' }), { timeout: 5_000, interval: 5 })
  for (; told.length > 0; await setTimeout(2 * pulseMs)) told.length = 0
  return { bus, signals, told }
}
const soon = (claim: () => void, timeout = 5_000): Promise<void> => vi.waitFor(claim, { timeout, interval: 5 })
const count = (told: Event[], kind: Event['kind']): number => told.filter((event) => event.kind === kind).length
/** Without «missed», which a busy machine may bring at any time: a pulse was late. */
const newsOf = (told: Event[]): Event[] => told.filter(({ kind }) => kind !== 'missed')

test('an event is told once here and once there, and never comes back', async () => {
  const [here, there] = await Promise.all([join(), join()])
  const events: Event[] = [
    { kind: 'conversation', association, conversation },
    { kind: 'request', association, request },
  ]
  for (const event of events) here.signals.events.publish(event)
  await soon(() => expect(newsOf(there.told)).toEqual(events))
  await setTimeout(3 * pulseMs)
  expect(newsOf(here.told)).toEqual(events)
  expect(newsOf(there.told)).toEqual(events)
})

test('what goes through Redis is one line of JSON with ids', async () => {
  const { signals } = await join()
  const listening = new Redis(redis.url)
  await listening.subscribe('sila:0')
  const seen: string[] = []
  listening.on('message', (_channel, text: string) => void seen.push(text))
  signals.events.publish({ kind: 'conversation', association, conversation })
  signals.typing.set(conversation, true)
  const messages = () => seen.map((text) => JSON.parse(text) as Record<string, unknown>).filter(({ kind }) => kind === 'message')
  await soon(() => expect(messages()).toHaveLength(2))
  expect(messages().map(({ message }) => message)).toEqual([
    { kind: 'conversation', association, conversation },
    { kind: 'typing', conversation, on: true },
  ])
  for (const text of seen) expect(text).not.toContain('\n')
  listening.disconnect()
})

test('the dots are seen from elsewhere, and ended from anywhere', async () => {
  const [here, there] = await Promise.all([join(), join()])
  const heard: boolean[] = []
  here.signals.typing.listen((_conversation, on) => void heard.push(on))
  here.signals.typing.set(conversation, true)
  await soon(() => expect(there.signals.typing.is(conversation)).toBe(true))
  there.signals.typing.set(conversation, false)
  await soon(() => expect(here.signals.typing.is(conversation)).toBe(false))
  expect(heard).toEqual([true, false])
})

test('whatever else is on the channel is passed over', async () => {
  const { told } = await join()
  const strange = [
    'no json',
    'null',
    '{}',
    '{"from":"x","kind":"message"}',
    '{"from":"x","kind":"message","message":{"kind":"conversation","association":"Masakin!","conversation":"1"}}',
    '{"from":"x","kind":"message","message":{"kind":"of-a-later-version"}}',
  ]
  for (const text of strange) await asking.publish('sila:0', text)
  // What comes behind it is heard: the line has carried all of it.
  const behind = { kind: 'conversation', association, conversation }
  await asking.publish('sila:0', JSON.stringify({ from: 'x', kind: 'message', message: behind }))
  await soon(() => expect(newsOf(told)).toEqual([behind]))
  expect(lines.filter((line) => !line.includes('"kind":"redis"'))).toEqual([])
})

test('while Redis is away pages are told to read again and again, and once more when it is back', { timeout: 20_000 }, async () => {
  const [here, there] = await Promise.all([join(), join()])
  lines = []
  await redis.kill()
  here.signals.events.publish({ kind: 'conversation', association, conversation })
  await soon(() => expect(Math.min(count(here.told, 'missed'), count(there.told, 'missed'))).toBeGreaterThanOrEqual(3))
  expect(lines.filter((line) => line.includes('out of reach'))).toHaveLength(2)
  await redis.restart()
  await soon(() => expect(lines.filter((line) => line.includes('are back'))).toHaveLength(2))
  here.signals.events.publish({ kind: 'request', association, request })
  await soon(() => expect(newsOf(there.told)).toContainEqual({ kind: 'request', association, request }))
})

test('a cut too short for the pulse is made up for by whoever was cut off', async () => {
  const { told } = await join()
  await asking.call('client', ['kill', 'type', 'pubsub'])
  await soon(() => expect(count(told, 'missed')).toBe(1))
})

test('what could not be said is owed: the others are told that they missed something', async () => {
  const [here, there] = await Promise.all([join(), join()])
  await asking.call('client', ['kill', 'type', 'normal', 'skipme', 'yes'])
  // Until the line is made again nothing can be said on it.
  const end = Date.now() + 40
  while (Date.now() < end) {
    here.signals.events.publish({ kind: 'conversation', association, conversation })
    await setTimeout(1)
  }
  await soon(() => expect(count(there.told, 'missed')).toBeGreaterThanOrEqual(1))
})

/** A way to Redis on which lines can be frozen: they stay open and carry nothing more. New ones are whole. */
const openWay = async () => {
  const lines = new Set<Socket>()
  const { port } = new URL(redis.url)
  const way = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1')
    for (const line of [near, far]) lines.add(line.on('error', () => {}).on('close', () => lines.delete(line)))
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  const address = way.address()
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    freeze: () => {
      for (const line of lines) line.unpipe().pause()
    },
    close: () => {
      for (const line of lines) line.destroy()
      way.close()
    },
  }
}

test('a line that stays open and carries nothing is left, and another made', { timeout: 20_000 }, async () => {
  const way = await openWay()
  const [here, there] = await Promise.all([join(way.url), join()])
  lines = []
  way.freeze()
  await soon(() => expect(count(here.told, 'missed')).toBeGreaterThanOrEqual(2))
  await soon(() => expect(lines.filter((line) => line.includes('are back'))).toHaveLength(1))
  await setTimeout(2 * pulseMs)
  here.signals.events.publish({ kind: 'request', association, request })
  await soon(() => expect(count(there.told, 'request')).toBe(1))
  way.close()
})

test('many pages read again a few at a time', async () => {
  let miss = (): void => {}
  const bus: Bus = { publish: () => {}, onMessage: () => {}, onMissed: (listener) => (miss = listener), close: async () => {} }
  const { events } = createSignals(bus)
  let read = 0
  const look = (): void => {
    read += 1
  }
  const leave = Array.from({ length: 100 }, () => events.subscribe(look))
  miss()
  expect(read).toBeLessThanOrEqual(20)
  leave.at(-1)?.()
  await soon(() => expect(read).toBe(99))
  await setTimeout(100)
  expect(read).toBe(99)
})

test('what is missed while pages read again reaches those that have read already', async () => {
  let miss = (): void => {}
  const bus: Bus = { publish: () => {}, onMessage: () => {}, onMissed: (listener) => (miss = listener), close: async () => {} }
  const { events } = createSignals(bus)
  const read: number[] = []
  for (let page = 0; page < 30; page += 1) events.subscribe(() => read.push(page))
  miss()
  expect(read).toHaveLength(20)
  miss()
  await soon(() => expect(read).toHaveLength(50))
  await setTimeout(100)
  // Once for those that were still waiting, twice for the others; who waited goes first.
  expect(read.slice(20, 30)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
  expect(read).toHaveLength(50)
})
