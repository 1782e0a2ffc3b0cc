/** An answer leaves with the turn that gives it, where its line is empty and the pace allows it. */
import { v7 } from 'uuid'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AccountId } from '../../../src/core/ids.ts'
import { DomainError } from '../../../src/ports/errors.ts'
import type { CommitResult, TurnCommit } from '../../../src/ports/turn-store.ts'
import { masakin, openTestStore, reload, required, rows, says, staffOf, type TestStore, turnOf } from '../store/support.ts'
import { importRealContent, openProcess, type Process } from './runner.ts'
import { type Chat, createFakeChannel, openBot, openChat, openWorker, queue, until } from './support.ts'

let store: TestStore
let account: AccountId
let processes: Process[] = []
beforeAll(async () => {
  store = await openTestStore()
  await importRealContent(store)
})
beforeEach(async () => {
  account = await openBot(store, null)
})
afterEach(async () => {
  await Promise.all(processes.map((one) => one.close()))
  processes = []
})

const open = (options: Parameters<typeof openProcess>[1]): Process => {
  const made = openProcess(store, options)
  processes.push(made)
  return made
}
const chats = (count: number, of = account): Promise<Chat[]> => Promise.all(Array.from({ length: count }, () => openChat(store, of, v7())))
/** They write, and a turn answers, ready to be sent at once. */
const answerTo = async ({ loaded }: Chat, over: Partial<TurnCommit> = {}): Promise<TurnCommit> => {
  const now = await reload(store, loaded)
  const externalId = v7()
  const arrived = [
    {
      id: v7(),
      account: loaded.account,
      externalId,
      at: now.state.lastHeard ?? '2026-03-01T08:00:00.000Z',
      content: { kind: 'text' as const, text: 'سلام' },
    },
  ]
  return turnOf(now, { arrived, outbox: [says('جواب')], lease: { account: loaded.account, ms: 30_000 }, ...over })
}
const answer = async (chat: Chat, over: Partial<TurnCommit> = {}): Promise<CommitResult> => store.turns.commit(await answerTo(chat, over))
const outboxOf = ({ loaded }: Chat) =>
  rows<{ id: string; state: string; attempt: number; leased_by: string | null; lapses: number | null }>(
    store,
    `select id, state, attempt, leased_by, extract(epoch from lease_until - clock_timestamp())::float as lapses
     from outbox where conversation_id = $1 order by seq, n`,
    [loaded.conversation],
  )
/** Nothing but these rows is asked about. */
const leasedNow = async (...of: Chat[]): Promise<number> => {
  const found = await Promise.all(of.map(outboxOf))
  return found.flat().filter(({ state }) => state === 'sending').length
}

// One and two turns take one way through turn_commit, three and more another.
test.each([1, 2, 3, 40])(
  'of %i turns at once each has its answer leased, to the process that wrote it, for the time it asked for',
  async (count) => {
    const people = await chats(count)
    const turns = await Promise.all(people.map((chat) => answerTo(chat)))
    expect(await Promise.all(turns.map((turn) => store.turns.commit(turn)))).toEqual(people.map(() => 'leased'))
    for (const [index, chat] of people.entries()) {
      const [row] = await outboxOf(chat)
      expect(row).toMatchObject({ id: turns[index]?.outbox[0]?.id, state: 'sending', attempt: 1 })
      expect(row?.leased_by).toBeTruthy()
      expect(row?.lapses).toBeGreaterThan(20)
      expect(row?.lapses).toBeLessThanOrEqual(30)
    }
    // Nobody else gets it.
    expect((await store.outbox.lease({ conversations: people.map(({ loaded }) => loaded) }, 64, 1_000)).leases).toEqual([])
  },
)

test('of several messages the first is leased; the next follows when it has landed', async () => {
  const [chat] = await chats(1)
  const turn = await answerTo(required(chat), { outbox: [says('١', 0), says('٢', 1)] })
  expect(await store.turns.commit(turn)).toBe('leased')
  expect((await outboxOf(required(chat))).map(({ state }) => state)).toEqual(['sending', 'queued'])
  const first = { association: masakin, id: required(turn.outbox[0]).id, attempt: 1, state: 'sent' as const, externalId: 'x' }
  expect(await store.outbox.settle([first])).toEqual([chat?.loaded.conversation])
  const { leases } = await store.outbox.lease({ conversations: [required(chat).loaded] }, 4, 1_000)
  expect(leases.map(({ message }) => message.text)).toEqual(['٢'])
  expect(await store.outbox.settle([{ ...first, id: required(leases[0]).id, attempt: required(leases[0]).attempt }])).toEqual([])
})

test.each([1, 3])('nothing is leased behind a message that has yet to leave (%i at once)', async (count) => {
  const people = await chats(count)
  await queue(store, people, 'push', ['قبل'], () => 0)
  expect(await Promise.all(people.map((chat) => answer(chat)))).toEqual(people.map(() => 'committed'))
  expect(await leasedNow(...people)).toBe(0)
})

test('a turn that nobody would send at once is queued', async () => {
  const [chat] = await chats(1)
  const { lease: _, ...turn } = await answerTo(required(chat))
  expect(await store.turns.commit(turn)).toBe('committed')
  expect((await outboxOf(required(chat))).map(({ state }) => state)).toEqual(['queued'])
})

test('a take-over beside it: the batch leases nothing', async () => {
  const people = await chats(3)
  const turns = await Promise.all(people.map((chat) => answerTo(chat)))
  const taken = turnOf(await reload(store, required((await chats(1))[0]).loaded), {
    rare: { takeOver: { staff: staffOf(store, masakin) } },
  })
  const results = await Promise.all([...turns, taken].map((turn) => store.turns.commit(turn)))
  expect(results).toEqual(['committed', 'committed', 'committed', 'committed'])
})

test('no more than the bucket holds, and one to a chat; a pause holds all; nobody overtakes', async () => {
  const bot = await openBot(store, { account: { perSecond: 0.01, burst: 4 }, chat: { perSecond: 0.01, burst: 1 } })
  const people = await chats(6, bot)
  const [first, second] = [required(people[0]), required(people[1])]
  // One to this chat, though the account has more.
  const once = await answerTo(first)
  expect(await store.turns.commit(once)).toBe('leased')
  await store.outbox.settle([{ association: masakin, id: required(once.outbox[0]).id, attempt: 1, state: 'sent', externalId: 'x' }])
  expect(await answer(first)).toBe('committed')
  // Three are left.
  const results = await Promise.all(people.slice(1).map((chat) => answer(chat)))
  expect(results.filter((result) => result === 'leased')).toHaveLength(3)
  expect(await leasedNow(...people)).toBe(3)

  const paused = await openBot(store, null)
  await store.outbox.pause(paused, 60_000)
  expect(await answer(required((await chats(1, paused))[0]))).toBe('committed')

  // What waits for its account goes first, also when the bucket has room again.
  const full = await openBot(store, { account: { perSecond: 0.01, burst: 1 }, chat: { perSecond: 0.01, burst: 100 } })
  const [waits, comes] = await chats(2, full)
  await store.turns.commit(await answerTo(required((await chats(1, full))[0])))
  await queue(store, [required(waits)], 'reply', ['ينتظر'])
  await store.outbox.lease({ conversations: [required(waits).loaded] }, 4, 1_000)
  await rows(store, 'update account_pace set tat = null where account_id = $1', [full])
  expect(await answer(required(comes))).toBe('committed')
  expect(await answer(second)).toBe('committed')
})

test('permits of commits and of leases are one sequence, whoever asks', async () => {
  const bot = await openBot(store, { account: { perSecond: 0.01, burst: 20 }, chat: { perSecond: 0.01, burst: 100 } })
  const people = await chats(40, bot)
  const worker = openWorker(store, () => createFakeChannel())
  await queue(store, people.slice(0, 20), 'reply', ['من الصف'])
  const asked = Promise.all(
    people
      .slice(0, 20)
      .map(({ loaded }) => worker.store.outbox.lease({ conversations: [loaded] }, 4, 60_000).then(({ leases }) => leases.length)),
  )
  const committed = await Promise.all(people.slice(20).map((chat) => answer(chat)))
  const leases = (await asked).reduce((sum, count) => sum + count, 0)
  // An answer takes the whole bucket; leases that were asked for again after a wait are not counted here.
  expect(leases + committed.filter((result) => result === 'leased').length).toBeLessThanOrEqual(20)
  expect(await leasedNow(...people)).toBeLessThanOrEqual(20)
  await worker.close()
})

test('an answer reaches the person without a look into the outbox, and what follows it as well', async () => {
  const channel = createFakeChannel()
  const process = open({ channel })
  const external = v7()
  await process.write(account, external, 'السلام عليكم')
  await until(() => channel.seen.length > 0)
  const count = channel.seen.length
  await process.write(account, external, 'ابي دعم')
  await until(() => channel.seen.length > count)
  await process.runner.idle()
  await until(
    async () =>
      (
        await rows(
          store,
          `select 1 from outbox o join conversation c on c.id = o.conversation_id where c.account_id = $1 and o.state <> 'sent'`,
          [account],
        )
      ).length === 0,
  )
  expect(
    await rows(store, `select distinct o.attempt from outbox o join conversation c on c.id = o.conversation_id where c.account_id = $1`, [
      account,
    ]),
  ).toEqual([{ attempt: 1 }])
})

test('a commit of which nobody knows whether it was made: the answer leaves all the same, at once, and once', async () => {
  const channel = createFakeChannel()
  let lost = 0
  const process = open({
    channel,
    turns: ({ commit }) => ({
      commit: async (turn) => {
        const result = await commit(turn)
        if (result !== 'leased' || lost > 0) return result
        lost += 1
        throw new DomainError('unavailable', 'the answer was lost on its way')
      },
    }),
  })
  await process.write(account, v7(), 'السلام عليكم')
  await until(() => channel.seen.length > 0, 5_000)
  expect(lost).toBe(1)
  await process.runner.idle()
  await process.sweepDeps.deliverer.idle()
  expect(channel.seen).toHaveLength(1)
})

test('a turn that the database broke off is taken again as soon as it can, and not only when the sweep comes', async () => {
  const channel = createFakeChannel()
  let broken = 0
  const process = open({
    channel,
    turns: ({ commit }) => ({
      commit: async (turn) => {
        if (broken === 2) return commit(turn)
        broken += 1
        throw new DomainError('unavailable', 'the database is away')
      },
    }),
  })
  await process.write(account, v7(), 'السلام عليكم')
  await until(() => channel.seen.length > 0, 5_000)
  expect(broken).toBe(2)
})

test('a message under way, and staff write meanwhile from elsewhere: theirs follows as soon as it has landed', async () => {
  let land: () => void = () => {}
  const landed = new Promise<void>((resolve) => {
    land = resolve
  })
  const channel = createFakeChannel(async () => {
    await landed
    return { ok: true, externalId: v7() }
  })
  const process = open({ channel })
  const external = v7()
  await process.write(account, external, 'السلام عليكم')
  const chat = await openChat(store, account, external)
  await until(async () => (await leasedNow(chat)) === 1)
  // Another process wrote it, and its own call found the line taken.
  await queue(store, [chat], 'staff', ['معك زميل'], () => 9)
  land()
  await until(() => channel.seen.some(({ text }) => text === 'معك زميل'), 3_000)
})
