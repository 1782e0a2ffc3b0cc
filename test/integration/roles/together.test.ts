/** Two gateways and a worker as real processes: people and staff meet across them, whoever is missing. */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { ChatMessage } from '../../../src/http/contract.ts'
import { createBackend } from '../../../src/platform/bullmq.ts'
import { createLogger } from '../../../src/platform/logger.ts'
import { createBrowserClient, type EventReader } from '../../support/browser-client.ts'
import { listen } from '../../support/desk-client.ts'
import { type Fleet, type Member, openFleet } from '../../support/fleet.ts'
import type { Officer } from '../../support/officer.ts'

const api = '/api/chat/masakin'
let fleet: Fleet
let a: Member
let b: Member
let worker: Member
let officer: Officer

beforeAll(async () => {
  fleet = await openFleet()
  // All at once, on a database without a single table.
  ;[a, b, worker] = await Promise.all([fleet.start('gateway'), fleet.start('gateway'), fleet.start('worker')])
  officer = await fleet.officer(b.url)
}, 120_000)
afterAll(async () => fleet.close())

interface Page {
  cookie: string
  conversation: string
  stream: EventReader
  say(text: string): Promise<string>
  /** Whatever is still on its way has come; it does not count as heard later. */
  settle(): Promise<void>
  /** Waits for events after those that were heard before. @returns how long, ms */
  heard(claim: (events: EventReader['events']) => boolean, ms: number): Promise<number>
}

/** A visitor's open page at a gateway, in the hands of the member of staff who is signed in at B. */
const openPage = async ({ url }: Member, taken = true): Promise<Page> => {
  const browser = createBrowserClient(url)
  await browser.request(api)
  const say = async (text: string): Promise<string> => {
    const response = await browser.post(`${api}/messages`, { clientId: randomUUID(), content: { kind: 'text', text } })
    expect(response.status).toBe(202)
    return ((await response.json()) as { id: string }).id // the server's own contract
  }
  const stream = await browser.follow(`${api}/events`)
  let seen = 0
  const page: Page = {
    cookie: browser.cookie(),
    conversation: '',
    stream,
    say,
    settle: async () => {
      const said = await fleet.query<{ id: string }>(`select id from outbox where conversation_id = $1 and state <> 'cancelled'`, [
        page.conversation,
      ])
      await vi.waitFor(() => expect(toldTo(stream.events)).toEqual(expect.arrayContaining(said.map(({ id }) => id))), { timeout: 5_000 })
      seen = stream.events.length
    },
    heard: async (claim, ms) => {
      const began = performance.now()
      await vi.waitFor(() => expect(claim(stream.events.slice(seen))).toBe(true), { timeout: ms, interval: 5 })
      seen = stream.events.length
      return performance.now() - began
    },
  }
  const id = await say(taken ? 'موظف' : 'السلام عليكم')
  await page.heard((events) => textsOf(events).length >= 2, 5_000)
  const [row] = await fleet.query<{ conversation: string }>('select conversation_id as conversation from inbox where id = $1', [id])
  page.conversation = row?.conversation ?? ''
  if (!taken) return page
  await officer.post(`/conversations/${page.conversation}/take`)
  await page.heard((events) => events.some(({ event, data }) => event === 'owner' && isOwner(data, 'staff')), 8_000)
  return page
}
const isOwner = (data: unknown, owner: string): boolean => JSON.stringify(data) === JSON.stringify({ owner })
const messagesOf = (events: EventReader['events']): ChatMessage[] =>
  // What our own server sends under this name.
  events.filter(({ event }) => event === 'message').map(({ data }) => data as ChatMessage)
const textsOf = (events: EventReader['events']): string[] => messagesOf(events).map(({ text }) => text)
const toldTo = (events: EventReader['events']): string[] => messagesOf(events).map(({ id }) => id)
const isTold = (text: string) => (events: EventReader['events']) => textsOf(events).includes(text)

/** Words that the owner leaves unanswered set a timer. */
const waitForOwner = async (page: Page): Promise<void> => {
  const id = await page.say('هل من أحد؟')
  const set = `select 1 from timer t join inbox i on i.conversation_id = t.conversation_id
    where t.conversation_id = $1 and t.state = 'set' and i.id = $2 and i.state = 'taken'`
  await vi.waitFor(async () => expect(await fleet.query(set, [page.conversation, id])).toHaveLength(1), { timeout: 5_000 })
  // Out of office hours a line leaves at once.
  await page.settle()
}
/** Makes those timers due, without ringing for them. */
const makeDue = (pages: Page[]): Promise<unknown> =>
  fleet.query(`update timer set due_at = now() - interval '1 second' where state = 'set' and conversation_id = any ($1)`, [
    pages.map(({ conversation }) => conversation),
  ])
const ring = async (): Promise<void> => {
  const logger = createLogger({ level: 'silent' })
  const backend = await createBackend({ databaseUrl: fleet.env.DATABASE_URL ?? '', redisUrl: fleet.redis.url, logger })
  await backend.queue('bells').add('timer-due', { dueAt: new Date().toISOString() })
  await backend.close()
}
const isSilenceBroken = (events: EventReader['events']): boolean =>
  events.some(({ event, data }) => event === 'owner' && isOwner(data, 'bot')) || messagesOf(events).some(({ from }) => from === 'bot')

/** Of these members together, as far as their logs have come. */
const timersFired = (...members: Member[]): number =>
  members.reduce((sum, { program }) => sum + program.output().split('"kind":"timer-fired","outcome":"committed"').length - 1, 0)
/** The line of the log comes by another way than the event on the page. */
const untilFired = (members: Member[], times: number): Promise<void> =>
  vi.waitFor(() => expect(timersFired(...members)).toBeGreaterThanOrEqual(times), { timeout: 5_000 })

test('a visitor at A, staff at B: a takeover and a reply are on the open page within a second', { timeout: 60_000 }, async () => {
  const page = await openPage(a)
  await officer.post(`/conversations/${page.conversation}/reply`, { text: 'أنا معك الآن' })
  expect(await page.heard(isTold('أنا معك الآن'), 5_000)).toBeLessThan(1_000)
  await officer.post(`/conversations/${page.conversation}/release`)
  await page.heard((events) => events.some(({ event, data }) => event === 'owner' && isOwner(data, 'bot')), 1_000)
})

test('the desk at B hears of what is written at A', { timeout: 60_000 }, async () => {
  const desk = await listen(b.url, await fleet.cookie(b.url))
  const page = await openPage(a)
  const before = desk.events.length
  await page.say('سؤال لم يُقرأ بعد')
  const isNamed = ({ event, data }: { event: string; data: string }) => event === 'change' && data.includes(page.conversation)
  await vi.waitFor(() => expect(desk.events.slice(before).some(isNamed)).toBe(true), { timeout: 5_000, interval: 10 })
  await desk.stop()
})

// A gateway whose own sweep falls between the due time and the bell may be first.
test('a timer that the worker fires reaches the page at A', { timeout: 60_000, retry: 2 }, async () => {
  const page = await openPage(a)
  await waitForOwner(page)
  const before = { worker: timersFired(worker), gateways: timersFired(a, b) }
  await makeDue([page])
  await ring()
  expect(await page.heard(isSilenceBroken, 5_000)).toBeLessThan(2_000)
  await untilFired([worker], before.worker + 1)
  expect({ worker: timersFired(worker), gateways: timersFired(a, b) }).toEqual({ ...before, worker: before.worker + 1 })
})

test('two workers: each of many timers fires once', { timeout: 90_000 }, async () => {
  const second = await fleet.start('worker')
  const pages = []
  for (let n = 0; n < 8; n += 1) pages.push(await openPage(n % 2 === 0 ? a : b))
  for (const page of pages) await waitForOwner(page)
  const members = [a, b, worker, second]
  const before = timersFired(...members)
  await makeDue(pages)
  await Promise.all([ring(), ring(), ring(), ring()])
  await Promise.all(pages.map((page) => page.heard(isSilenceBroken, 5_000)))
  await untilFired(members, before + pages.length)
  // And what would be one too many has had its time.
  await setTimeout(500)
  expect(timersFired(...members) - before).toBe(pages.length)
  expect(await second.end()).toBe(0)
})

test('the worker is killed: a gateway finds the timer, later', { timeout: 90_000 }, async () => {
  const page = await openPage(a)
  await waitForOwner(page)
  await worker.end('SIGKILL')
  const before = timersFired(a, b)
  await makeDue([page])
  await page.heard(isSilenceBroken, 20_000)
  await untilFired([a, b], before + 1)
  worker = await fleet.start('worker')
})

const away: { what: string; lose(): Promise<unknown>; restore(): Promise<unknown>; replyMs: number }[] = [
  { what: 'is gone', lose: () => fleet.redis.kill(), restore: () => fleet.redis.restart(), replyMs: 8_000 },
  {
    what: 'has lost everything and refuses to write',
    lose: () => askRedis(['flushall'], ['replicaof', '127.0.0.1', '1']),
    restore: () => askRedis(['replicaof', 'no', 'one']),
    replyMs: 1_000,
  },
]
const askRedis = async (...commands: [string, ...string[]][]): Promise<void> => {
  const client = new Redis(fleet.redis.url)
  for (const [name, ...args] of commands) await client.call(name, args)
  client.disconnect()
}

test.each(away)(
  'Redis $what: people are served, staff are heard, timers fire; then all is as before',
  { timeout: 120_000 },
  async (redis) => {
    const page = await openPage(a)
    const other = await openPage(a)
    await waitForOwner(other)
    await redis.lose()
    await makeDue([other])
    const stranger = await openPage(b, false)
    expect(textsOf(stranger.stream.events).length).toBeGreaterThanOrEqual(2)
    await officer.post(`/conversations/${page.conversation}/reply`, { text: 'أكتب من دون ريدس' })
    expect(await page.heard(isTold('أكتب من دون ريدس'), 15_000)).toBeLessThan(redis.replyMs)
    await other.heard(isSilenceBroken, 20_000)
    await redis.restore()
    // Soon, not at once: the lines are made again first.
    let replies = 0
    const isQuick = async (): Promise<void> => {
      replies += 1
      const text = `عاد كل شيء ${replies}`
      await officer.post(`/conversations/${page.conversation}/reply`, { text })
      expect(await page.heard(isTold(text), 15_000)).toBeLessThan(1_000)
    }
    await vi.waitFor(isQuick, { timeout: 20_000, interval: 500 })
  },
)

test('a gateway is replaced while people write: each message is taken once, and it ends with 0', { timeout: 90_000 }, async () => {
  const page = await openPage(a, false)
  const next = await fleet.start('gateway')
  let url = a.url
  let sent = 0
  /** As the page does: the same message again, until somebody has it. */
  const deliver = async (text: string): Promise<void> => {
    const body = JSON.stringify({ clientId: randomUUID(), content: { kind: 'text', text } })
    for (;;) {
      const headers = { 'content-type': 'application/json', cookie: page.cookie, origin: url }
      const response = await fetch(`${url}${api}/messages`, { method: 'POST', headers, body }).catch(() => null)
      if (response?.status === 202) break
      expect([undefined, 503]).toContain(response?.status)
      url = next.url
      await setTimeout(20)
    }
    sent += 1
  }
  const began = performance.now()
  const writing = (async () => {
    // Slower than the visitor's limit of writes.
    for (; performance.now() - began < 4_000; await setTimeout(80)) await deliver(`رسالة ${sent}`)
  })()
  await setTimeout(300)
  const ended = a.end()
  // It says that it leaves, and goes on serving for a moment.
  await vi.waitFor(async () => expect((await fetch(`${a.url}/ready`)).status).toBe(503), { timeout: 1_000, interval: 20 })
  expect((await fetch(`${a.url}/health`)).status).toBe(200)
  expect(await ended).toBe(0)
  await writing
  expect(url).toBe(next.url)
  const rows = () =>
    fleet.query<{ external_id: string; state: string }>('select external_id, state from inbox where conversation_id = $1', [
      page.conversation,
    ])
  await vi.waitFor(async () => expect((await rows()).map(({ state }) => state)).not.toContain('waiting'), { timeout: 5_000 })
  const all = await rows()
  // One more: the greeting with which the page was opened.
  expect(all).toHaveLength(sent + 1)
  expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['taken']))
  a = next
})

test('the worker drains: 0', { timeout: 30_000 }, async () => {
  expect(await (await fetch(`${worker.url}/ready`)).json()).toEqual({ ok: true, parts: { started: true, staying: true } })
  expect(await (await fetch(`${worker.url}/health`)).json()).toEqual({ ok: true, parts: { database: true } })
  expect(await (await fetch(`${worker.url}/metrics`)).text()).toContain('turns_total')
  expect((await fetch(`${worker.url}/c/masakin`)).status).toBe(404)
  expect(await worker.end()).toBe(0)
})
