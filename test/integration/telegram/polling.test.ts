/** Nothing is acknowledged before it is stored, whatever breaks; nobody waits for somebody else's trouble. */

import type { Update } from '@grammyjs/types'
import { afterEach, describe, expect, test } from 'vitest'
import { createBotApi } from '../../../src/channels/telegram/api.ts'
import { createIntake } from '../../../src/channels/telegram/intake.ts'
import { createPolling } from '../../../src/channels/telegram/polling.ts'
import { AccountId } from '../../../src/core/ids.ts'
import type { Connection } from '../../../src/ports/channel.ts'
import type { PollLease } from '../../../src/ports/poll-lease.ts'
import { type BotApi, type BotSide, startBotApi } from '../../support/bot-api/server.ts'
import { absenceOf } from './database-away.ts'
import { inboxOf, masakin, type OpenTelegram, openBots, token, until } from './open-telegram.ts'

const unconfirmed = (bot: BotSide): number => bot.updates().filter(({ confirmedAt }) => confirmedAt === null).length

describe('the whole application', () => {
  let open: OpenTelegram
  afterEach(() => open.close())

  test('what is written while nobody listens, and what was under way at a stop, is answered by the next start', async () => {
    open = await openBots()
    await open.telegram.start()
    const person = open.bot.person(1)
    person.says('السلام عليكم')
    await person.waitFor(1)
    await open.telegram.stop()
    expect(unconfirmed(open.bot)).toBe(0)
    expect(open.telegram.bots[0]?.health().state).toBe('stopped')
    for (let id = 2; id <= 40; id += 1) open.bot.person(id).says('السلام عليكم')
    expect((await inboxOf(open)).length).toBe(1)
    const other = await open.again()
    await other.start()
    await open.bot.person(40).waitFor(1)
    // Stopped in the middle: what is stored is confirmed, what is not stays with Telegram.
    await other.stop()
    const stored = (await inboxOf(open)).length
    expect(unconfirmed(open.bot)).toBe(40 - stored)
    await open.telegram.start()
    for (let id = 1; id <= 40; id += 1) await open.bot.person(id).waitFor(1)
    await until('all is acknowledged', () => unconfirmed(open.bot) === 0)
    expect(await inboxOf(open)).toHaveLength(40)
    for (let id = 1; id <= 40; id += 1) expect(open.bot.person(id).messages()).toHaveLength(1)
  })

  test('while the database is away nothing is acknowledged; then everything is answered, in order', async () => {
    open = await openBots()
    await open.telegram.start()
    const people = [1, 2, 3].map((id) => open.bot.person(id))
    for (const person of people) {
      person.says('ابغى اقدم على دعم')
      await person.waitFor(1)
    }
    await until('all is acknowledged', () => unconfirmed(open.bot) === 0)
    const absence = absenceOf(open.opened.url)
    await absence.begin()
    for (const text of ['١', 'أوافق', '٣']) for (const person of people) person.says(text)
    await until('health tells', () => open.telegram.bots[0]?.health().state === 'degraded')
    expect(open.telegram.bots[0]?.health().detail).toContain('the database is away')
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(unconfirmed(open.bot)).toBe(9)
    await absence.end()
    for (const person of people) await person.waitFor(4, 10_000)
    await until('all is acknowledged', () => unconfirmed(open.bot) === 0)
    const lines = await inboxOf(open)
    expect(lines).toHaveLength(12)
    expect(lines.every(({ disposition }) => disposition === 'answered')).toBe(true)
    for (const person of people) {
      // Each answer fitted its question: the form stands at the name.
      expect(person.messages()).toHaveLength(4)
      expect(person.messages().at(-1)?.text).toContain('الاسم')
    }
    await until('health tells', () => open.telegram.bots[0]?.health().state === 'connected')
  })

  test('of two processes one listens; when it stops, the other goes on', async () => {
    open = await openBots()
    await open.telegram.start()
    await until('the first listens', () => open.telegram.bots[0]?.health().state === 'connected')
    const other = await open.again()
    await other.start()
    await until('the second waits', () => other.bots[0]?.health().detail === 'another process of ours listens to this bot')
    open.bot.person(1).says('السلام عليكم')
    await open.bot.person(1).waitFor(1)
    expect(open.api.log().some(({ outcome }) => outcome.status === 409)).toBe(false)
    await open.telegram.stop()
    await until('the second listens', () => other.bots[0]?.health().state === 'connected')
    open.bot.person(1).says('القائمة')
    await open.bot.person(1).waitFor(2)
  })
})

describe('the loop alone', () => {
  const account = AccountId.parse('0197f3c2-7b1e-7abc-8def-00000000000a')
  const freeLease: PollLease = { tryTake: async () => true, release: async () => undefined }
  let server: BotApi
  let bot: BotSide
  let connection: Connection
  let release: () => void = () => undefined
  const seen: { chat: number; id: number; what: string }[] = []
  const dead: number[] = []
  const told: string[] = []

  interface LoopOptions {
    receive?(update: { chat: number; id: number }): Promise<void>
    isAway?(error?: unknown): Promise<boolean>
    deadLetter?(id: number): Promise<void>
    lease?: PollLease
    pollSeconds?: number
    /** Before it listens. */
    prepare?(api: ReturnType<typeof createBotApi>): Promise<unknown>
  }

  const listen = async (options: LoopOptions = {}): Promise<void> => {
    for (const list of [seen, dead, told]) list.length = 0
    server = await startBotApi({ conflictHoldMs: 50 })
    bot = server.bot(token)
    const api = createBotApi({ token, apiRoot: server.url })
    await options.prepare?.(api)
    const intake = createIntake({
      receive: async (raw) => {
        // As the server's own types have it.
        const update = raw as unknown as Update
        const chat = update.message?.chat.id ?? update.callback_query?.from.id ?? 0
        await options.receive?.({ chat, id: update.update_id })
        seen.push({ chat, id: update.update_id, what: update.message?.text ?? 'press' })
      },
      greet: async () => undefined,
      isAway: options.isAway ?? (async () => false),
      deadLetter: async ({ update_id }) => {
        await options.deadLetter?.(update_id)
        dead.push(update_id)
      },
    })
    connection = createPolling({
      api,
      intake,
      of: { association: masakin, account },
      lease: options.lease ?? freeLease,
      tell: ({ state, detail }) => void told.push(`${state}: ${detail}`),
      pollSeconds: options.pollSeconds ?? 2,
      leaseMs: 300,
    })
    await connection.start()
  }
  afterEach(async () => {
    release()
    await connection.stop()
    await server.close()
  })

  test('one person’s messages and presses come strictly one after the other, in their order', async () => {
    let underWay = 0
    await listen({
      receive: async () => {
        underWay += 1
        expect(underWay).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
        underWay -= 1
      },
    })
    await until('it listens', () => connection.health().state === 'connected')
    bot.faults.pause()
    bot.faults.reorder(0.5)
    const person = bot.person(1)
    const ids: number[] = []
    for (let n = 1; n <= 20; n += 1)
      ids.push(n % 3 === 0 ? person.presses({ data: 'x', messageId: person.lastMessageId() }) : person.says(`${n}`))
    bot.faults.resume()
    await until('all has come', () => seen.length === 20)
    expect(seen.map(({ id }) => id)).toEqual(ids)
  })

  test('a webhook that was set once is taken away, and nothing that waited for it is lost', async () => {
    await listen({
      prepare: async (api) => {
        await api.call('setWebhook', { url: 'http://127.0.0.1:1/elsewhere' })
        bot.person(1).says('سلام')
      },
    })
    await until('it is received', () => seen.length === 1)
    expect(bot.webhook()).toBeNull()
  })

  test('a stop waits for what is under way, and acknowledges it', async () => {
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    let underWay = false
    await listen({
      receive: () => {
        underWay = true
        return slow
      },
    })
    bot.person(1).says('سلام')
    await until('it is under way', () => underWay)
    setTimeout(release, 100)
    await connection.stop()
    expect([seen.length, unconfirmed(bot)]).toEqual([1, 0])
  })

  test('a slow chat holds nobody up, and is not acknowledged before it is done', async () => {
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    await listen({ receive: ({ chat }) => (chat === 1 ? slow : Promise.resolve()) })
    const first = bot.person(1).says('بطيء')
    for (let id = 2; id <= 5; id += 1) bot.person(id).says('سريع')
    await until('the others are served', () => seen.length === 4)
    bot.person(6).says('لاحق')
    await until('who comes later, too', () => seen.length === 5)
    expect(unconfirmed(bot)).toBe(6)
    const polls = server.log().filter(({ method }) => method === 'getUpdates').length
    expect(polls).toBeLessThan(12)
    release()
    await until('all is acknowledged', () => unconfirmed(bot) === 0)
    expect(seen.filter(({ id }) => id === first)).toHaveLength(1)
    expect(seen).toHaveLength(6)
  })

  test('an update that fails three times is kept for staff and acknowledged; the next of the person goes on', async () => {
    const tries: number[] = []
    await listen({
      receive: async ({ id }) => {
        tries.push(id)
        if (id === poison) throw new Error('broken')
      },
    })
    await until('it listens', () => connection.health().state === 'connected')
    bot.faults.pause()
    const poison = bot.person(1).says('سم')
    const next = bot.person(1).says('سليم')
    bot.faults.resume()
    await until('the next is received', () => seen.length === 1)
    expect(seen[0]?.id).toBe(next)
    expect(tries).toEqual([poison, poison, poison, next])
    expect(dead).toEqual([poison])
    await until('all is acknowledged', () => unconfirmed(bot) === 0)
  })

  test('failures while the database is away count for nobody', async () => {
    let tries = 0
    await listen({
      // Gone whenever it is needed, there whenever it is looked for.
      isAway: async (error) => error !== undefined,
      receive: async () => {
        tries += 1
        if (tries <= 5) throw new Error('no database')
      },
    })
    bot.person(1).says('صبر')
    await until('it is received', () => seen.length === 1, 8_000)
    expect(dead).toEqual([])
  })

  test('what cannot even be kept stays with Telegram', async () => {
    let broken = true
    let refusals = 0
    await listen({
      receive: async () => {
        throw new Error('broken')
      },
      deadLetter: async () => {
        if (!broken) return
        refusals += 1
        throw new Error('no place')
      },
    })
    bot.person(1).says('سم')
    await until('it is tried again', () => refusals === 2, 8_000)
    expect([unconfirmed(bot), dead.length]).toEqual([1, 0])
    broken = false
    await until('it is kept', () => dead.length === 1, 8_000)
    await until('all is acknowledged', () => unconfirmed(bot) === 0)
  })

  test.each([
    [{ kind: 'answer', status: 409 } as const, 'degraded', /another program polls this bot, or a webhook is set/],
    [{ kind: 'answer', status: 401 } as const, 'refused', /BotFather/],
    [{ kind: 'answer', status: 502, body: '<html>' } as const, 'degraded', /Telegram answers 502/],
    [{ kind: 'answer', status: 429, retryAfter: 1 } as const, 'degraded', /slow down/],
    [{ kind: 'drop' } as const, 'degraded', /cannot be reached/],
  ])(
    '%j is told in one line, and no reason to lose anything',
    async (fault, state, detail) => {
      await listen({ pollSeconds: 1 })
      await until('it listens', () => connection.health().state === 'connected')
      bot.faults.add({ method: 'getUpdates', count: 1, fault })
      bot.person(1).says('سلام')
      await until('the trouble is told', () => connection.health().state === state)
      expect(connection.health().detail).toMatch(detail)
      expect(told.filter((line) => line.startsWith(state))).toHaveLength(1)
      bot.person(1).says('بعده')
      if (fault.kind === 'answer' && fault.status === 401) return // asked again in a minute
      await until('all is received', () => seen.length === 2, 15_000)
      await until('health tells', () => connection.health().state === 'connected')
    },
    20_000,
  )

  test('an answer without updates is trouble as well: Telegram is not asked again at once', async () => {
    await listen({ pollSeconds: 1 })
    await until('it listens', () => connection.health().state === 'connected')
    bot.faults.add({
      method: 'getUpdates',
      fault: { kind: 'answer', status: 200, body: { ok: true, result: [{ message: 'numberless' }] } },
    })
    await until('the trouble is told', () => connection.health().state === 'degraded', 2_000)
    const polls = () => server.log().filter(({ method }) => method === 'getUpdates').length
    const before = polls()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(polls() - before).toBeLessThan(3)
    bot.faults.clear()
    bot.person(1).says('سلام')
    await until('it goes on', () => seen.length === 1, 10_000)
  })

  test('a lease is renewed by one at a time, and by nobody after it was given up', async () => {
    let asking = 0
    let most = 0
    const order: string[] = []
    await listen({
      lease: {
        tryTake: async () => {
          asking += 1
          most = Math.max(most, asking)
          await new Promise((resolve) => setTimeout(resolve, 250))
          asking -= 1
          order.push('taken')
          return true
        },
        release: async () => void order.push('released'),
      },
    })
    await until('it was renewed', () => order.length >= 3)
    await until('it is being renewed', () => asking === 1)
    await connection.stop()
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect([most, order.at(-1)]).toEqual([1, 'released'])
  })

  test('who lost the lease stops asking', async () => {
    let ours = true
    await listen({ pollSeconds: 30, lease: { tryTake: async () => ours, release: async () => undefined } })
    await until('it listens', () => connection.health().state === 'connected')
    ours = false
    await until('it noticed', () => connection.health().detail === 'another process of ours listens to this bot')
    const polls = () => server.log().filter(({ method }) => method === 'getUpdates').length
    const before = polls()
    bot.person(1).says('سلام')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([polls(), seen.length]).toEqual([before, 0])
    ours = true
    await until('it listens again', () => seen.length === 1)
  })
})
