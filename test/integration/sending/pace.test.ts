/** Pace and priority: two workers on one PostgreSQL, one bot. */
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { SendResult } from '../../../src/ports/channel.ts'
import { busiest } from '../../support/busiest.ts'
import { meet, openTestStore, rows } from '../store/support.ts'
import {
  type Chat,
  createFakeChannel,
  inversions,
  openBot,
  openChat,
  openWorker,
  queue,
  type Sent,
  statesOf,
  throttled,
  until,
  type Worker,
  wakeAll,
} from './support.ts'

const store = await openTestStore()
// What a test leaves is not for the next one.
afterEach(() => rows(store, `update outbox set state = 'cancelled' where state in ('queued', 'sending')`))

/** One after the other: hundreds at once wait too long for a connection. */
const chatsOf = async (account: Awaited<ReturnType<typeof openBot>>, count: number, name: string): Promise<Chat[]> => {
  const chats: Chat[] = []
  for (let n = 0; n < count; n += 1) chats.push(await openChat(store, account, `${name}-${n}`))
  return chats
}

const twoWorkers = async (channel: ReturnType<typeof createFakeChannel>, work: (workers: [Worker, Worker]) => Promise<void>) => {
  const workers: [Worker, Worker] = [openWorker(store, () => channel), openWorker(store, () => channel)]
  try {
    await work(workers)
  } finally {
    await Promise.all(workers.map((worker) => worker.close()))
  }
}

const byChat = (seen: Sent[]): Sent[][] => {
  const chats = new Map<string, Sent[]>()
  for (const one of seen) chats.set(one.external, [...(chats.get(one.external) ?? []), one])
  return [...chats.values()]
}

const momentsOf = (seen: Sent[]): number[] => seen.map(({ at }) => at)

/** A rate is measured: a neighbour that takes both cores for a while is not what is tested. */
const retry = 2

test('thousands of messages through two workers, random 429s: the rate is used and never exceeded, order kept', {
  timeout: 60_000,
  retry,
}, async () => {
  const pace = { account: { perSecond: 200, burst: 20 }, chat: { perSecond: 40, burst: 2 } }
  const account = await openBot(store, pace)
  const chats = await chatsOf(account, 400, 'rate')
  await queue(
    store,
    chats,
    'notice',
    Array.from({ length: 6 }, (_, n) => String(n)),
  )
  let seed = 7
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed / 2 ** 31
  }
  const channel = createFakeChannel(() => (random() < 0.04 ? throttled(50 + random() * 400) : { ok: true, externalId: null }))
  await twoWorkers(channel, async (workers) => {
    for (const [index, chat] of chats.entries()) workers[index % 2]?.deliverer.wake(chat.loaded, false)
    const taken = () => channel.seen.filter(({ ok }) => ok)
    await until(() => taken().length === 2400, 40_000)
    const sent = taken()
    expect(inversions(channel.seen)).toBe(0)
    // The last few per cent wait for single chats that were throttled: the rate is that of the backlog.
    const body = sent.slice(20, Math.floor(sent.length * 0.95))
    const seconds = ((body.at(-1)?.at ?? 0) - (body[0]?.at ?? 0)) / 1000
    const rate = body.length / seconds
    expect(rate).toBeGreaterThan(0.9 * 200)
    // What the bucket lets through in a second, and some for the way from the lease to the channel.
    expect(busiest(momentsOf(channel.seen), 1000)).toBeLessThanOrEqual(200 + 20 + 20)
    for (const seen of byChat(sent)) expect(busiest(momentsOf(seen), 1000)).toBeLessThanOrEqual(40 + 2)
  })
})

test('a chat is not written to faster than its own pace, and the sender sleeps until its time', { timeout: 20_000, retry }, async () => {
  const account = await openBot(store, { account: { perSecond: 1000, burst: 100 }, chat: { perSecond: 5, burst: 2 } })
  const chats = await chatsOf(account, 2, 'slow')
  await queue(store, chats, 'reply', ['0', '1', '2', '3', '4'])
  const channel = createFakeChannel()
  let leases = 0
  const worker = openWorker(store, () => channel)
  const { lease } = worker.store.outbox
  worker.store.outbox.lease = (...args) => {
    leases += 1
    return lease(...args)
  }
  wakeAll(worker, chats, true)
  await until(() => channel.seen.length === 10)
  await worker.close()
  for (const seen of byChat(channel.seen)) {
    const at = seen.map((one) => one.at - (seen[0]?.at ?? 0))
    expect(at[1]).toBeLessThan(180)
    for (const n of [2, 3, 4]) {
      expect(at[n]).toBeGreaterThan(200 * (n - 1) - 120)
      expect(at[n]).toBeLessThan(200 * (n - 1) + 500)
    }
  }
  // Asked when something has landed and when a time has come, not in between.
  expect(leases).toBeLessThan(30)
})

test('an answer leaves within two permits behind ten thousand messages that we began', { timeout: 120_000, retry }, async () => {
  const account = await openBot(store, { account: { perSecond: 20, burst: 5 }, chat: { perSecond: 10, burst: 5 } })
  // One chat each for the broadcast would be ten thousand people: a hundred with a hundred messages weigh the same.
  const chats = await chatsOf(account, 100, 'crowd')
  for (let seq = 1; seq <= 100; seq += 1) await queue(store, chats, 'push', [String(seq)], () => seq)
  const asking = await chatsOf(account, 6, 'asking')
  const channel = createFakeChannel()
  await twoWorkers(channel, async ([one, two]) => {
    wakeAll(one, chats, false)
    await until(() => channel.seen.length > 15)
    const waits: number[] = []
    for (const [index, chat] of asking.entries()) {
      await queue(store, [chat], 'reply', ['9'])
      const began = performance.now()
      ;(index % 2 === 0 ? one : two).deliverer.wake(chat.loaded, true)
      await until(() => channel.seen.some(({ external }) => external === chat.external))
      waits.push((channel.seen.find(({ external }) => external === chat.external)?.at ?? 0) - began)
    }
    expect(Math.max(...waits)).toBeLessThan(2 * 50 + 150) // two permits, and the way on a busy machine
    // An answer behind a broadcast message of the same chat takes it along, in order.
    const crowd = chats[99]
    if (!crowd) throw new Error('no crowd')
    const before = channel.seen.filter(({ external }) => external === crowd.external).length
    await rows(store, `update outbox set state = 'cancelled' where conversation_id = $1 and state = 'queued' and seq > $2`, [
      crowd.loaded.conversation,
      before + 2,
    ])
    await queue(store, [crowd], 'reply', ['500'], () => 500)
    const began = performance.now()
    two.deliverer.wake(crowd.loaded, true)
    await until(() => channel.seen.some(({ text }) => text === '500'))
    expect(performance.now() - began).toBeLessThan(1_500)
    expect(inversions(channel.seen)).toBe(0)
  })
})

test('no more is leased than may leave now', async () => {
  const account = await openBot(store, { account: { perSecond: 0.1, burst: 5 }, chat: { perSecond: 1, burst: 1 } })
  const chats = await chatsOf(account, 20, 'few')
  await queue(store, chats, 'reply', ['0'])
  const first = await store.outbox.lease({ conversations: chats.map(({ loaded }) => loaded) }, 64, 30_000)
  expect(first.leases).toHaveLength(5)
  expect(first.waits).toEqual([{ account, ms: expect.any(Number) }])
  expect(first.waits[0]?.ms).toBeGreaterThan(8_000)
  expect((await store.outbox.lease({ account }, 64, 30_000)).leases).toEqual([])
  // Neither does a look at everyone lease what waits for its account: it says whose time has come.
  const due = await store.outbox.lease({ due: true }, 64, 30_000)
  expect(due.leases.filter((lease) => lease.account === account)).toEqual([])
  expect(due.waits).toContainEqual({ account, ms: 0 })
  const begun = await openBot(store, { account: { perSecond: 0.1, burst: 5 }, chat: { perSecond: 1, burst: 1 } })
  const people = await chatsOf(begun, 20, 'begun')
  await queue(store, people, 'notice', ['0'])
  // One permit of the five stays for whoever asks something.
  expect((await store.outbox.lease({ conversations: people.map(({ loaded }) => loaded) }, 64, 30_000)).leases).toHaveLength(4)
})

test('what one worker held, another finds: a sweep goes on where a crash stopped', { timeout: 20_000 }, async () => {
  const account = await openBot(store, { account: { perSecond: 50, burst: 5 }, chat: { perSecond: 5, burst: 1 } })
  const chats = await chatsOf(account, 60, 'crash')
  await queue(store, chats, 'notice', ['0', '1'])
  const channel = createFakeChannel()
  const first = openWorker(store, () => channel)
  wakeAll(first, chats, false)
  await until(() => channel.seen.length > 10)
  await first.close()
  const second = openWorker(store, () => channel)
  await second.deliverer.sweep()
  await until(async () => {
    if (channel.seen.length < 120) await second.deliverer.sweep()
    return channel.seen.length === 120
  })
  expect(inversions(channel.seen)).toBe(0)
  await second.close()
})

test('the settings of an account come before what its channel can; nonsense is refused', async () => {
  const fallback = { account: { perSecond: 30, burst: 30 }, chat: { perSecond: 1, burst: 3 } }
  const account = await openBot(store, fallback)
  const read = () => rows(store, 'select per_second, burst, chat_per_second, chat_burst from account_pace where account_id = $1', [account])
  expect(await read()).toEqual([{ per_second: 30, burst: 30, chat_per_second: 1, chat_burst: 3 }])
  const say = (pace: unknown) => rows(store, 'update channel_account set settings = $2 where id = $1', [account, { pace }])
  await say({ account: { perSecond: 5, burst: 2 }, chat: { perSecond: 0.5, burst: 1 } })
  await store.outbox.pace(account, fallback)
  expect(await read()).toEqual([{ per_second: 5, burst: 2, chat_per_second: 0.5, chat_burst: 1 }])
  await say({ account: { perSecond: -5, burst: 2 } })
  await expect(store.outbox.pace(account, fallback)).rejects.toThrow('are not a pace')
  expect(await read()).toEqual([{ per_second: 30, burst: 30, chat_per_second: 1, chat_burst: 3 }])
  await say(null)
  await store.outbox.pace(account, fallback)
  expect(await read()).toEqual([{ per_second: null, burst: null, chat_per_second: null, chat_burst: null }])
  // Nobody counts: no row for an account that never had one.
  const free = await openBot(store, null)
  expect(await rows(store, 'select account_id from account_pace where account_id = $1', [free])).toEqual([])
})

test('a chat that is throttled waits, others flow; its tries do not count as failures', { timeout: 20_000 }, async () => {
  const account = await openBot(store, { account: { perSecond: 1000, burst: 100 }, chat: { perSecond: 100, burst: 10 } })
  const chats = await chatsOf(account, 10, 'busy')
  const ids = await queue(store, chats, 'reply', ['0', '1'])
  const [slow] = chats
  const restMs = 2_000
  let refusals = 0
  const channel = createFakeChannel((to) => {
    if (to !== slow?.external || refusals >= 50) return { ok: true, externalId: null }
    refusals += 1
    return throttled(refusals === 1 ? restMs : 1)
  })
  await twoWorkers(channel, async ([one, two]) => {
    wakeAll(one, chats, true)
    wakeAll(two, chats, true)
    const tries = () => channel.seen.filter(({ external }) => external === slow?.external)
    await until(() => channel.seen.filter(({ ok, external }) => ok && external !== slow?.external).length === 18)
    expect(tries()).toHaveLength(1)
    await until(() => tries().filter(({ ok }) => ok).length === 2)
    const [first, second] = tries()
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(restMs - 10)
    await until(async () => (await statesOf(store, ids)).every(({ state }) => state === 'sent'))
    expect(
      await rows(store, 'select max(failures)::int as failures, max(attempt)::int as attempt from outbox where id = any($1)', [ids]),
    ).toEqual([{ failures: 0, attempt: 51 }])
  })
})

test('an account that is throttled as a whole rests until the latest time, in every worker', { timeout: 20_000 }, async () => {
  const account = await openBot(store, { account: { perSecond: 1000, burst: 3 }, chat: { perSecond: 100, burst: 10 } })
  const chats = await chatsOf(account, 200, 'flood')
  await queue(store, chats, 'reply', ['0'])
  let end = 0
  const channel = createFakeChannel(() => {
    // From the first that comes.
    end ||= performance.now() + 900
    const left = end - performance.now()
    return left > 0 ? throttled(left) : { ok: true, externalId: null }
  })
  await twoWorkers(channel, async ([one, two]) => {
    wakeAll(one, chats.slice(0, 100), true)
    wakeAll(two, chats.slice(100), true)
    await until(() => channel.seen.filter(({ ok }) => ok).length === 200)
    // Three chats in each worker, and what was under way by then.
    expect(channel.seen.filter(({ ok }) => !ok).length).toBeLessThan(30)
    const [paused] = await rows<{ paused: boolean }>(
      store,
      'select paused_until is not null as paused from account_pace where account_id = $1',
      [account],
    )
    expect(paused?.paused).toBe(true)
  })
})

test('an account that nobody counts is not held up by one that rests', async () => {
  const site = await meet(store, 'visitor')
  const account = await openBot(store, null)
  await store.outbox.pause(account, 60_000)
  const [chat] = await chatsOf(account, 1, 'resting')
  if (!chat) throw new Error('no chat')
  await queue(store, [chat, { external: 'visitor', loaded: site }], 'reply', ['0'])
  const { leases, waits } = await store.outbox.lease({ conversations: [chat.loaded, site] }, 64, 30_000)
  expect(leases.map(({ conversation }) => conversation)).toEqual([site.conversation])
  expect(waits).toEqual([{ account, ms: expect.any(Number) }])
})

test('order survives whatever the channel answers: seeds of answers, two workers', { timeout: 120_000 }, async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(9), { minLength: 20, maxLength: 60 }), fc.nat(3), async (dice, wakes) => {
      round += 1
      const account = await openBot(store, { account: { perSecond: 2000, burst: 20 }, chat: { perSecond: 200, burst: 2 } })
      const chats = await chatsOf(account, 6, `seed-${round}`)
      const ids = await queue(store, chats, 'push', ['0', '1', '2', '3', '4'])
      let at = 0
      const busy = new Set<string>()
      let overlaps = 0
      const channel = createFakeChannel(async (to): Promise<SendResult> => {
        if (busy.has(to)) overlaps += 1
        busy.add(to)
        const die = dice[at++ % dice.length] ?? 0
        await new Promise((resolve) => setTimeout(resolve, die % 4))
        busy.delete(to)
        if (die === 7) return throttled(die * 2)
        if (die === 8) return { ok: false, failure: 'unreachable', retryAfterMs: 3 }
        return { ok: true, externalId: null }
      })
      await twoWorkers(channel, async (workers) => {
        for (const worker of workers) wakeAll(worker, chats, wakes % 2 === 0)
        await until(async () => {
          await workers[1].deliverer.sweep()
          return (await statesOf(store, ids)).every(({ state }) => state === 'sent')
        })
      })
      expect(inversions(channel.seen)).toBe(0)
      expect(overlaps).toBe(0)
      expect(channel.seen.filter(({ ok }) => ok)).toHaveLength(30)
    }),
    { numRuns: 12 },
  )
})

test('what we begin ourselves leaves also where the bucket holds far more than a batch', async () => {
  const account = await openBot(store, { account: { perSecond: 2_000, burst: 1_000 }, chat: { perSecond: 50, burst: 50 } })
  const chats = await chatsOf(account, 80, 'large')
  await queue(store, chats, 'notice', ['one'])
  const channel = createFakeChannel(() => ({ ok: true, externalId: null }))
  await twoWorkers(channel, async (workers) => {
    for (const chat of chats) workers[0].deliverer.wake(chat.loaded, false)
    await until(() => channel.seen.length === 80, 5_000)
  })
})
