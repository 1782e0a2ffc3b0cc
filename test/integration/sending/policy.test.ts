/** What follows from each way in which a send can fail: for the message, the person, the account. */
import { afterAll, expect, test } from 'vitest'
import { type MessageClass, messageClasses } from '../../../src/core/engine/effect.ts'
import type { SendResult } from '../../../src/ports/channel.ts'
import { createDeskStore } from '../../../src/store/desk-store.ts'
import { masakin, openTestStore, reload, required, rows, says, staffOf, turnOf } from '../store/support.ts'
import { type Chat, createFakeChannel, failing, openBot, openChat, openWorker, queue, statesOf, until } from './support.ts'

const store = await openTestStore()
const account = await openBot(store, null)
/** What the other side answers at the moment. */
let answer: (to: string) => SendResult | Promise<SendResult>
const channel = createFakeChannel((to) => answer(to))
const worker = openWorker(store, () => channel)
afterAll(() => worker.close())

const taken: SendResult = { ok: true, externalId: null }
const seenBy = ({ external }: Chat) => channel.seen.filter((one) => one.external === external)
/** Sends until nothing is under way; what waits for its time is called at once. */
const deliver = async (chat: Chat, by = worker): Promise<void> => {
  for (let round = 0; round < 8; round += 1) {
    await rows(store, 'update outbox set retry_at = null where conversation_id = $1', [chat.loaded.conversation])
    by.deliverer.wake(chat.loaded)
    await by.deliverer.idle()
  }
}
const unreachableAt = async ({ loaded }: Chat) =>
  required(
    (
      await rows<{ at: Date | null }>(
        store,
        'select a.unreachable_at as at from address a join conversation c on c.address_id = a.id where c.id = $1',
        [loaded.conversation],
      )
    )[0],
  ).at
const deskSays = async ({ loaded }: Chat) =>
  createDeskStore(store.prisma, store.keyring, { now: () => new Date() }).conversation(masakin, loaded.conversation, 50)
/** They write: a turn that answers. */
const hear = async (chat: Chat, at: Date): Promise<string> => {
  const loaded = await reload(store, chat.loaded)
  const outbox = [says('جواب')]
  const now = at.toISOString()
  const id = crypto.randomUUID()
  const arrived = [{ id, account, externalId: id, at: now, content: { kind: 'text' as const, text: 'سلام' } }]
  expect(await store.turns.commit(turnOf(loaded, { now, arrived, outbox }))).toBe('committed')
  return required(outbox[0]).id
}

test('403: the message fails, what the bot has behind it fails untried, words of staff are tried, and staff see it', async () => {
  const chat = await openChat(store, account, 'blocker')
  answer = () => failing('blocked')
  const bot = await queue(store, [chat], 'reply', ['0', '1'])
  const push = await queue(store, [chat], 'push', ['2'], () => 2)
  const staff = await queue(store, [chat], 'staff', ['3'], () => 3)
  await deliver(chat)
  expect(seenBy(chat).map(({ text }) => text)).toEqual(['0', '3'])
  expect(await statesOf(store, [...bot, ...push, ...staff])).toEqual(
    Array.from({ length: 4 }, () => ({ state: 'failed', failure: 'blocked' })),
  )
  expect(await unreachableAt(chat)).not.toBeNull()
  const shown = await deskSays(chat)
  expect(shown.unreachable).toBe(true)
  expect(shown.lines.map(({ from, state }) => [from, state])).toContainEqual(['staff', 'failed'])

  // What we begin is not even tried.
  const more = await queue(store, [chat], 'push', ['4'], () => 4)
  const notice = await queue(store, [chat], 'notice', ['5'], () => 5)
  await deliver(chat)
  expect(seenBy(chat)).toHaveLength(2)
  expect(await statesOf(store, [...more, ...notice])).toEqual([
    { state: 'failed', failure: 'blocked' },
    { state: 'failed', failure: 'blocked' },
  ])

  // They write again: the answer is tried, and arrives; so does news from then on.
  answer = () => taken
  const reply = await hear(chat, new Date(Date.now() + 1000))
  expect((await deskSays(chat)).unreachable).toBe(false)
  await deliver(chat)
  expect(await statesOf(store, [reply])).toEqual([{ state: 'sent', failure: null }])
  const news = await queue(store, [chat], 'push', ['6'], () => 100)
  await deliver(chat)
  expect(await statesOf(store, news)).toEqual([{ state: 'sent', failure: null }])
})

test('what has come back is known by a message that arrives, or by the channel', async () => {
  const chat = await openChat(store, account, 'back')
  answer = () => failing('blocked')
  await queue(store, [chat], 'reply', ['0'])
  await deliver(chat)
  expect(await unreachableAt(chat)).not.toBeNull()
  answer = () => taken
  await queue(store, [chat], 'staff', ['1'], () => 2)
  await deliver(chat)
  expect(await unreachableAt(chat)).toBeNull()

  const who = { association: masakin, account, external: 'back' }
  expect(await store.outbox.setReachable(who, false, new Date().toISOString())).toBe(chat.loaded.conversation)
  const untried = await queue(store, [chat], 'notice', ['2'], () => 3)
  await deliver(chat)
  expect(await statesOf(store, untried)).toEqual([{ state: 'failed', failure: 'blocked' }])
  await store.outbox.setReachable(who, true, new Date().toISOString())
  const tried = await queue(store, [chat], 'notice', ['3'], () => 4)
  await deliver(chat)
  expect(await statesOf(store, tried)).toEqual([{ state: 'sent', failure: null }])
  expect(await store.outbox.setReachable({ ...who, external: 'nobody' }, false, new Date().toISOString())).toBeNull()
})

test.each(messageClasses)('a %s of which nobody knows whether it arrived', async (of: MessageClass) => {
  const chat = await openChat(store, account, `doubt-${of}`)
  const before = worker.ambiguous
  const [id, next] = await queue(store, [chat], of, ['0', '1'])
  let tries = 0
  answer = () => {
    tries += 1
    return tries <= 2 ? failing('timeout') : taken
  }
  await deliver(chat)
  // News of a request is repeated once, at most; the rest is left to staff. The line goes on.
  const expected = of === 'push' ? ['0', '0', '1'] : ['0', '1']
  expect(seenBy(chat).map(({ text }) => text)).toEqual(expected)
  expect(worker.ambiguous - before).toBe(2)
  expect(await statesOf(store, [required(id), required(next)])).toEqual([
    { state: 'uncertain', failure: 'timeout' },
    of === 'push' ? { state: 'sent', failure: null } : { state: 'uncertain', failure: 'timeout' },
  ])
  expect((await deskSays(chat)).lines.map(({ state }) => state)).toContain('uncertain')
})

test.each(messageClasses)('a worker dies between the send and its mark: a %s', async (of: MessageClass) => {
  const chat = await openChat(store, account, `crash-${of}`)
  const ids = await queue(store, [chat], of, ['0', '1'])
  answer = () => taken
  // What a dead worker leaves: sent, leased, never settled.
  const { leases } = await store.outbox.lease({ conversations: [chat.loaded] }, 10, 1)
  const dead = required(leases[0])
  await channel.send({ external: dead.external }, dead.message, dead.id)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const before = worker.ambiguous
  await worker.deliverer.sweep()
  await worker.deliverer.idle()
  await deliver(chat)
  const seen = seenBy(chat).map(({ text }) => text)
  // Better heard twice than never, whatever it says.
  expect(seen).toEqual(['0', '0', '1'])
  expect(worker.ambiguous - before).toBe(1)
  expect(await statesOf(store, ids)).toEqual([
    { state: 'sent', failure: null },
    { state: 'sent', failure: null },
  ])
})

test('a mark that comes late saves the repetition', async () => {
  const chat = await openChat(store, account, 'late')
  const [id] = await queue(store, [chat], 'push', ['0'])
  const [slow] = (await store.outbox.lease({ conversations: [chat.loaded] }, 10, 1)).leases
  // Found out of time and queued again, but not yet taken.
  await rows(store, `update outbox set state = 'queued', repeated = true, lease_until = null, failure = 'timeout' where id = $1`, [id])
  const { association, attempt } = required(slow)
  await store.outbox.settle([{ association, id: required(id), attempt, state: 'sent', externalId: '77' }])
  expect(await statesOf(store, [required(id)])).toEqual([{ state: 'sent', failure: null }])
  expect((await store.outbox.lease({ conversations: [chat.loaded] }, 10, 1000)).leases).toEqual([])
})

test('an adapter that throws leaves a doubt and nothing else', async () => {
  const chat = await openChat(store, account, 'throws')
  const ids = await queue(store, [chat], 'reply', ['0', '1'])
  let tries = 0
  answer = () => {
    tries += 1
    if (tries === 1) throw new Error('a bug of an adapter')
    return taken
  }
  await deliver(chat)
  expect(await statesOf(store, ids)).toEqual([
    { state: 'uncertain', failure: 'timeout' },
    { state: 'sent', failure: null },
  ])
})

test('400: refused for good, seen by staff, counted; the operator hears once, not per message', async () => {
  const chat = await openChat(store, account, 'refused')
  answer = () => failing('refused')
  const ids = await queue(store, [chat], 'reply', ['0', '1', '2'])
  worker.alerts.length = 0
  await deliver(chat)
  expect(seenBy(chat)).toHaveLength(3)
  expect(await statesOf(store, ids)).toEqual(Array.from({ length: 3 }, () => ({ state: 'failed', failure: 'refused' })))
  expect(worker.alerts).toEqual(['refused'])
})

test('credentials that are refused: the account rests, nothing fails, and all leaves once they are mended', async () => {
  const own = await openBot(store, null)
  const chats = await Promise.all(['u-1', 'u-2', 'u-3'].map((name) => openChat(store, own, name)))
  answer = () => failing('unauthorized')
  const ids = await queue(store, chats, 'reply', ['0'])
  const other = openWorker(store, () => channel)
  for (const { loaded } of chats) other.deliverer.wake(loaded)
  await other.deliverer.idle()
  expect(other.alerts).toEqual(['unauthorized'])
  const tries = () => chats.flatMap(seenBy).length
  const first = tries()
  await rows(store, 'update outbox set retry_at = null where id = any($1)', [ids])
  for (const { loaded } of chats) worker.deliverer.wake(loaded)
  await worker.deliverer.idle()
  expect(tries()).toBe(first) // resting, for every worker
  expect(await rows(store, 'select max(failures)::int as most from outbox where id = any($1)', [ids])).toEqual([{ most: 0 }])
  answer = () => taken
  await rows(store, 'update account_pace set paused_until = null where account_id = $1', [own])
  for (const chat of chats) await deliver(chat)
  expect(await statesOf(store, ids)).toEqual(chats.map(() => ({ state: 'sent', failure: null })))
  await other.close()
})

test('a channel that cannot be reached: tried with growing pauses, failed in the end, and staff see it', async () => {
  const chat = await openChat(store, account, 'away')
  answer = () => failing('unreachable')
  const [id] = await queue(store, [chat], 'staff', ['0'])
  const waits: number[] = []
  for (let tries = 0; tries < 40; tries += 1) {
    await rows(store, 'update outbox set retry_at = null where id = $1', [id])
    worker.deliverer.wake(chat.loaded)
    await worker.deliverer.idle()
    const [row] = await rows<{ state: string; wait: number | null }>(
      store,
      'select state, extract(epoch from retry_at - clock_timestamp())::float as wait from outbox where id = $1',
      [id],
    )
    if (row?.state === 'failed') break
    waits.push(row?.wait ?? 0)
  }
  expect(seenBy(chat)).toHaveLength(36)
  expect(waits[0]).toBeLessThan(1)
  expect(waits[3]).toBeGreaterThan(3)
  expect(Math.max(...waits)).toBeLessThan(61)
  expect(await statesOf(store, [required(id)])).toEqual([{ state: 'failed', failure: 'unreachable' }])
  expect((await deskSays(chat)).lines.map(({ from, state }) => [from, state])).toEqual([['staff', 'failed']])
})

test('a process without the adapter leaves the message to one that has it', async () => {
  const chat = await openChat(store, account, 'elsewhere')
  answer = () => taken
  const ids = await queue(store, [chat], 'reply', ['0'])
  const without = openWorker(store, () => null)
  await deliver(chat, without)
  expect(await rows(store, 'select state, failures from outbox where id = any($1)', [ids])).toEqual([{ state: 'queued', failures: 0 }])
  await without.close()
  await deliver(chat)
  expect(await statesOf(store, ids)).toEqual([{ state: 'sent', failure: null }])
})

test('a mark that the database would not take is offered again: no doubt comes of an outage', async () => {
  const chat = await openChat(store, account, 'outage')
  answer = () => taken
  const ids = await queue(store, [chat], 'reply', ['0'])
  const own = openWorker(store, () => channel)
  const { settle } = own.store.outbox
  let refusals = 0
  own.store.outbox.settle = async (marks) => {
    refusals += 1
    if (refusals < 4) throw Object.assign(new Error('Connection terminated unexpectedly'))
    return settle(marks)
  }
  own.deliverer.wake(chat.loaded)
  await own.deliverer.idle()
  expect(refusals).toBe(4)
  expect(await statesOf(store, ids)).toEqual([{ state: 'sent', failure: null }])
  await own.close()
})

test('taken over by staff: what they decided still leaves, the words of the bot do not', async () => {
  const chat = await openChat(store, account, 'taken-over')
  answer = () => taken
  const staff = staffOf(store, masakin)
  const before = [says('في الطريق', 0), says('رد', 1), says('تذكير', 2, { class: 'notice' }), says('وافقت اللجنة', 3, { class: 'push' })]
  expect(await store.turns.commit(turnOf(await reload(store, chat.loaded), { outbox: before }))).toBe('committed')
  const [flying] = (await store.outbox.lease({ conversations: [chat.loaded] }, 10, 60_000)).leases
  expect(
    await store.turns.commit(
      turnOf(await reload(store, chat.loaded), { rare: { takeOver: { staff } }, outbox: [says('معك نورة', 0, { class: 'notice' })] }),
    ),
  ).toBe('committed')
  expect(
    await statesOf(
      store,
      before.map(({ id }) => id),
    ),
  ).toEqual(['sending', 'cancelled', 'cancelled', 'queued'].map((state) => ({ state, failure: null })))
  const { association, id, attempt } = required(flying)
  await store.outbox.settle([{ association, id, attempt, state: 'sent', externalId: null }])
  // And once more, when the conversation goes back.
  expect(await store.turns.commit(turnOf(await reload(store, chat.loaded), { rare: { release: { queue: false, reason: null } } }))).toBe(
    'committed',
  )
  await deliver(chat)
  expect(seenBy(chat).map(({ text }) => text)).toEqual(['وافقت اللجنة'])
})

test('what was repeated and is under way at a take-over leaves with its new epoch', async () => {
  const chat = await openChat(store, account, 'in-flight')
  const push = says('صدر القرار', 0, { class: 'push' })
  expect(await store.turns.commit(turnOf(await reload(store, chat.loaded), { outbox: [push] }))).toBe('committed')
  const [flying] = (await store.outbox.lease({ conversations: [chat.loaded] }, 10, 60_000)).leases
  expect(
    await store.turns.commit(turnOf(await reload(store, chat.loaded), { rare: { takeOver: { staff: staffOf(store, masakin) } } })),
  ).toBe('committed')
  const { association, id, attempt } = required(flying)
  await store.outbox.settle([{ association, id, attempt, state: 'queued', failure: 'throttled', waitMs: 0, counts: false, again: false }])
  answer = () => taken
  await deliver(chat)
  expect(seenBy(chat).map(({ text }) => text)).toEqual(['صدر القرار'])
})

test('the sender waits for no other chat: one that hangs holds nobody up', async () => {
  const [hanging, quick] = [await openChat(store, account, 'hangs'), await openChat(store, account, 'quick')]
  let release: (result: SendResult) => void = () => {}
  answer = (to) => (to === 'hangs' ? new Promise((resolve) => (release = resolve)) : taken)
  await queue(store, [hanging], 'reply', ['0'])
  await queue(store, [quick], 'reply', ['0', '1', '2'])
  worker.deliverer.wake(hanging.loaded)
  worker.deliverer.wake(quick.loaded)
  await until(() => seenBy(quick).length === 3, 5_000)
  expect(seenBy(hanging)).toHaveLength(0)
  release(taken)
  await worker.deliverer.idle()
  expect(seenBy(hanging)).toHaveLength(1)
})
