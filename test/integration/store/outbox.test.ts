import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openPools, type Pools } from '../../../src/platform/database.ts'
import type { Lease } from '../../../src/ports/outbox-store.ts'
import { createStore } from '../../../src/store/store.ts'
import { arrival, masakin, meet, openTestStore, reload, required, rows, says, staffOf, turnOf } from './support.ts'

const store = await openTestStore()

const minute = 60_000
const leased = async (wanted: Parameters<typeof store.outbox.lease>[0], limit: number, ms: number): Promise<Lease[]> =>
  (await store.outbox.lease(wanted, limit, ms)).leases
const sent = (lease: Lease) => ({
  association: lease.association,
  id: lease.id,
  attempt: lease.attempt,
  state: 'sent' as const,
  externalId: 'x',
})
/** Refused for now: back into the queue. */
const throttled = ({ association, id, attempt }: Lease, waitMs = 0) => ({
  association,
  id,
  attempt,
  state: 'queued' as const,
  failure: 'throttled' as const,
  waitMs,
  counts: false,
  again: false,
})
const stateOf = async (id: string) =>
  (await rows<{ state: string; failure: string | null }>(store, 'select state, failure from outbox where id = $1', [id]))[0]

/** Commits one turn that says these texts. */
const speak = async (external: string, texts: string[]) => {
  const loaded = await meet(store, external)
  const turn = turnOf(await reload(store, loaded), { outbox: texts.map((text, n) => says(text, n)) })
  expect(await store.turns.commit(turn)).toBe('committed')
  return { loaded, ids: turn.outbox.map(({ id }) => id) }
}

test('messages leave in order, the next only when the one before has left', async () => {
  const { loaded } = await speak('line', ['١', '٢'])
  // Ids that sort before the earlier ones: order is that of the turns, whatever the clock of the writer.
  const late = turnOf(await reload(store, loaded), { outbox: [says('٣', 0, { id: '00000000-0000-7000-8000-000000000001' })] })
  expect(await store.turns.commit(late)).toBe('committed')
  const said: string[] = []
  for (;;) {
    const leases = await leased({ conversations: [loaded] }, 10, minute)
    expect(leases.length).toBeLessThanOrEqual(1)
    const lease = leases[0]
    if (!lease) break
    expect(lease).toMatchObject({ association: masakin, channel: 'web-chat', external: 'line', class: 'reply', attempt: 1 })
    said.push(lease.message.text)
    expect(await leased({ conversations: [loaded] }, 10, minute)).toEqual([])
    await store.outbox.settle([sent(lease)])
  }
  expect(said).toEqual(['١', '٢', '٣'])
})

test('a sweep finds what is due in every conversation, and only heads of lines', async () => {
  const people = await Promise.all(['a', 'b', 'c'].map((name) => speak(`due-${name}`, ['أولى', 'ثانية'])))
  const leases = await leased({ due: true }, 10, minute)
  expect(leases.map(({ id }) => id).sort()).toEqual(people.map(({ ids }) => required(ids[0])).sort())
  await store.outbox.settle(leases.map(sent))
  await store.outbox.settle((await leased({ due: true }, 10, minute)).map(sent))
  expect(await leased({ due: true }, 10, minute)).toEqual([])
})

test('of many senders one gets the message', async () => {
  const { loaded } = await speak('senders', ['واحدة'])
  const leases = await Promise.all(Array.from({ length: 10 }, () => leased({ conversations: [loaded] }, 10, minute)))
  expect(leases.flat()).toHaveLength(1)
})

test('a lease that runs out is repeated once, then uncertain, and the line goes on; a late answer still counts', async () => {
  const { loaded, ids } = await speak('expiry', ['تأخرت', 'بعدها'])
  const lapse = async () => {
    const [lease] = await leased({ conversations: [loaded] }, 10, 1)
    await new Promise((resolve) => setTimeout(resolve, 10))
    return required(lease)
  }
  // Whoever was sending it is gone: better heard twice than never. A moment for them, in case they only could not say so.
  expect((await lapse()).id).toBe(ids[0])
  const { leases, waits } = await store.outbox.lease({ conversations: [loaded] }, 10, minute)
  expect(leases).toEqual([])
  expect(waits).toEqual([{ association: masakin, conversation: loaded.conversation, ms: expect.closeTo(3_000, -3) }])
  await rows(store, 'update outbox set retry_at = null where conversation_id = $1', [loaded.conversation])
  const first = await lapse()
  expect(first).toMatchObject({ id: ids[0], attempt: 2, repeated: true })
  const [second] = await leased({ conversations: [loaded] }, 10, minute)
  expect(second?.id).toBe(ids[1])
  expect(await stateOf(required(ids[0]))).toEqual({ state: 'uncertain', failure: 'timeout' })
  // Not a third time: nobody knows whether it arrived.
  await store.outbox.settle([throttled(first)])
  expect((await stateOf(required(ids[0])))?.state).toBe('uncertain')
  await store.outbox.settle([sent(first)])
  expect(await stateOf(required(ids[0]))).toEqual({ state: 'sent', failure: null })
})

test('a lease that ran out while the database was away: who sent it says so when it is back, and nothing is repeated', async () => {
  const { loaded } = await speak('outage', ['وصلت'])
  const [lease] = await leased({ conversations: [loaded] }, 10, 1)
  await new Promise((resolve) => setTimeout(resolve, 10))
  // Another process looks first.
  expect(await leased({ due: true }, 10, minute)).toEqual([])
  await store.outbox.settle([sent(required(lease))])
  await rows(store, 'update outbox set retry_at = null where conversation_id = $1', [loaded.conversation])
  expect(await leased({ conversations: [loaded] }, 10, minute)).toEqual([])
  expect((await stateOf(required(lease).id))?.state).toBe('sent')
})

test('a process that comes back takes back what it was sending, and nobody else does', async () => {
  const { loaded, ids } = await speak('reclaim', ['واحدة'])
  const place = (name: string) => openPools({ url: store.url, max: 1, place: name })
  const dead = place('here')
  const elsewhere = place('there')
  const outboxOf = (pools: Pools) => createStore({ pool: pools.app, keys: store.keys }).outbox
  await outboxOf(dead).lease({ conversations: [loaded] }, 10, minute)
  await outboxOf(elsewhere).reclaim()
  expect(await leased({ conversations: [loaded] }, 10, minute)).toEqual([])
  // What is being sent by this very process is not left by a dead one: people may write before it has looked.
  await outboxOf(dead).reclaim()
  expect(await leased({ conversations: [loaded] }, 10, minute)).toEqual([])
  const back = place('here')
  await outboxOf(back).reclaim()
  expect(await leased({ conversations: [loaded] }, 10, minute)).toMatchObject([{ id: ids[0], repeated: true }])
  await dead.close()
  await back.close()
  await elsewhere.close()
})

test('a retry waits for its time and keeps its place; an answer to an older attempt changes nothing', async () => {
  const { loaded, ids } = await speak('retry', ['محاولة', 'تالية'])
  const [first] = await leased({ conversations: [loaded] }, 10, minute)
  await store.outbox.settle([throttled(required(first), minute)])
  expect(await leased({ conversations: [loaded] }, 10, minute)).toEqual([])
  await store.owner.query(`update outbox set retry_at = now() where id = $1`, [ids[0]])
  const [again] = await leased({ conversations: [loaded] }, 10, minute)
  expect(again).toMatchObject({ id: ids[0], attempt: 2 })
  await store.outbox.settle([sent(required(first))])
  expect((await stateOf(required(ids[0])))?.state).toBe('sending')
  await store.outbox.settle([sent(required(again))])
  expect((await stateOf(required(ids[0])))?.state).toBe('sent')
})

test('a take-over cancels what the bot has not sent; what comes back to the queue later is cancelled too', async () => {
  const { loaded, ids } = await speak('takeover', ['في الطريق', 'لم ترسل', 'ولا هذه'])
  const [flying] = await leased({ conversations: [loaded] }, 10, minute)
  const before = await reload(store, loaded)
  const taken = turnOf(before, {
    rare: { takeOver: { staff: staffOf(store, masakin) } },
    outbox: [says('معك فلان', 0, { class: 'notice' }), says('كيف أساعدك', 1, { class: 'staff', staff: staffOf(store, masakin) })],
  })
  expect(await store.turns.commit(taken)).toBe('committed')
  const after = await reload(store, loaded)
  expect(after).toMatchObject({ epoch: 1, owner: { kind: 'staff', id: staffOf(store, masakin), name: 'Officer masakin' } })
  expect(await Promise.all(ids.map(stateOf))).toMatchObject([{ state: 'sending' }, { state: 'cancelled' }, { state: 'cancelled' }])
  await store.outbox.settle([throttled(required(flying))])
  const [next] = await leased({ conversations: [loaded] }, 10, minute)
  expect(next).toMatchObject({ class: 'notice', message: { text: 'معك فلان' } })
  expect((await stateOf(required(ids[0])))?.state).toBe('cancelled')
  // A turn of the bot that was decided before the take-over cannot be written any more.
  expect(await store.turns.commit(turnOf(before, { outbox: [says('متأخرة')] }))).toBe('conflict')

  // Released: the words of staff still leave, their notices do not.
  expect(
    await store.turns.commit(turnOf(after, { rare: { release: { queue: true, reason: 'owner-absent' } }, outbox: [says('عدت أنا', 0)] })),
  ).toBe('committed')
  await store.outbox.settle([throttled(required(next))])
  const left: string[] = []
  for (let lease: Lease | undefined; ; left.push(lease.message.text)) {
    lease = (await leased({ conversations: [loaded] }, 10, minute))[0]
    if (!lease) break
    await store.outbox.settle([sent(lease)])
  }
  expect(left).toEqual(['كيف أساعدك', 'عدت أنا'])
  expect(await reload(store, loaded)).toMatchObject({ epoch: 2, owner: { kind: 'bot' } })
  expect(
    await rows(store, 'select kind, reason, epoch from handover where conversation_id = $1 order by at, epoch', [loaded.conversation]),
  ).toEqual([
    { kind: 'taken', reason: null, epoch: 1 },
    { kind: 'returned', reason: 'owner-absent', epoch: 2 },
  ])
  expect(await rows(store, 'select waiting_reason, owner_id from conversation where id = $1', [loaded.conversation])).toEqual([
    { waiting_reason: 'owner-absent', owner_id: null },
  ])
})

test('after the commit of a take-over no message of the bot is leased, whatever was under way', async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('bot', 'lease', 'settle', 'retry', 'sweep', 'pause'), { minLength: 6, maxLength: 20 }),
      fc.nat(19),
      async (acts, when) => {
        round += 1
        const loaded = await meet(store, `race-${round}`)
        const open: Lease[] = []
        let fenced = false
        const late: Lease[] = []
        const ask = async (wanted: Parameters<typeof store.outbox.lease>[0]) => {
          // Begun after the take-over's answer: what it returns must not be the bot's.
          const after = fenced
          const got = (await store.outbox.lease(wanted, 10, minute)).leases.filter(
            ({ conversation }) => conversation === loaded.conversation,
          )
          if (after) late.push(...got.filter((one) => one.class !== 'staff'))
          open.push(...got)
        }
        const act = async (name: string, n: number): Promise<void> => {
          if (n === when % acts.length) {
            for (;;) {
              const turn = turnOf(await reload(store, loaded), { rare: { takeOver: { staff: staffOf(store, masakin) } } })
              if ((await store.turns.commit(turn)) === 'committed') break
            }
            fenced = true
          }
          if (name === 'bot') {
            const current = await reload(store, loaded)
            if (current.owner.kind === 'bot')
              await store.turns.commit(
                turnOf(current, { arrived: [arrival(store, `race-${round}-${n}`)], outbox: [says('١'), says('٢', 1)] }),
              )
          } else if (name === 'lease') await ask({ conversations: [loaded] })
          else if (name === 'sweep') await ask({ due: true })
          else if (name === 'settle') await store.outbox.settle(open.splice(0).map(sent))
          else if (name === 'retry') await store.outbox.settle(open.splice(0).map((one) => throttled(one)))
          else await new Promise((resolve) => setTimeout(resolve, n % 3))
        }
        await Promise.all(acts.map((name, n) => new Promise((resolve) => setTimeout(resolve, (n * 7) % 5)).then(() => act(name, n))))
        for (let i = 0; i < 3; i += 1) await ask({ conversations: [loaded] })
        expect(late).toEqual([])
        await store.outbox.settle(open.map(sent))
      },
    ),
    { numRuns: 60 },
  )
})
