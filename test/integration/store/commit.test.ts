import { expect, test } from 'vitest'
import {
  accountOf,
  arrival,
  canary,
  contactOf,
  count,
  masakin,
  meet,
  now,
  openTestStore,
  reload,
  required,
  rows,
  says,
  turnOf,
} from './support.ts'

const store = await openTestStore()

test('a turn is stored, and the next load reads it', async () => {
  const before = await meet(store, 'visitor-1', masakin, '+966500000001')
  expect(before).toMatchObject({ version: 0, epoch: 0, channel: 'web-chat', owner: { kind: 'bot' }, phone: '+966500000001', draft: null })
  const turn = turnOf(before, { arrived: [arrival(store, 'm-1', 'أهلاً')], outbox: [says('وعليكم السلام')] })
  expect(await store.turns.commit(turn)).toBe('committed')
  const after = await reload(store, before)
  expect(after).toMatchObject({ version: 1, state: turn.state, waiting: [] })
  const records = await store.turns.records(masakin, before.conversation)
  expect(records).toEqual([
    {
      turnId: turn.turnId,
      conversation: before.conversation,
      seq: 1,
      at: now,
      input: turn.input,
      env: turn.env,
      replies: [],
      effects: [],
    },
  ])
})

test('meeting twice, also at the same moment, makes one person', async () => {
  const people = await Promise.all(Array.from({ length: 8 }, () => meet(store, 'visitor-twice')))
  expect(new Set(people.map(({ contact }) => contact)).size).toBe(1)
  expect(await rows(store, 'select c.id from contact c left join address a on a.contact_id = c.id where a.id is null')).toEqual([])
})

test('nobody is found under a name that never wrote, nor under another association', async () => {
  const loaded = await meet(store, 'visitor-2')
  expect(await store.turns.load({ association: masakin, account: accountOf(store, masakin), external: 'nobody' })).toBeNull()
  expect(await store.turns.load({ association: canary, account: accountOf(store, masakin), external: 'visitor-2' })).toBeNull()
  expect(await store.turns.load({ association: canary, conversation: loaded.conversation })).toBeNull()
})

test('an update that is already stored makes the turn a duplicate that leaves nothing behind', async () => {
  const loaded = await meet(store, 'visitor-3')
  await store.turns.commit(turnOf(loaded, { arrived: [arrival(store, 'd-1')] }))
  const next = await reload(store, loaded)
  const before = await Promise.all(['inbox', 'turn', 'outbox', 'timer'].map((table) => count(store, table)))
  const again = turnOf(next, {
    arrived: [arrival(store, 'd-2'), arrival(store, 'd-1')],
    outbox: [says('لا ينبغي أن تصل')],
    rare: { timersSet: [{ timer: 'absence', subject: 'x', dueAt: now }] },
  })
  expect(await store.turns.commit(again)).toBe('duplicate')
  expect(await Promise.all(['inbox', 'turn', 'outbox', 'timer'].map((table) => count(store, table)))).toEqual(before)
  expect((await reload(store, loaded)).version).toBe(1)
})

test('a stale version or epoch is a conflict that leaves nothing behind', async () => {
  const loaded = await meet(store, 'visitor-4')
  await store.turns.commit(turnOf(loaded))
  const before = await Promise.all(['inbox', 'turn', 'outbox'].map((table) => count(store, table)))
  const late = { arrived: [arrival(store, 'c-1')], outbox: [says('متأخرة')] }
  expect(await store.turns.commit(turnOf(loaded, late))).toBe('conflict')
  const fresh = await reload(store, loaded)
  expect(await store.turns.commit(turnOf(fresh, { ...late, epoch: 7 }))).toBe('conflict')
  expect(await Promise.all(['inbox', 'turn', 'outbox'].map((table) => count(store, table)))).toEqual(before)
})

test('in one batch the losers lose and the others are written', async () => {
  const people = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => meet(store, `batch-${name}`)))
  const [good, stale, double, moved, also] = people.map(required)
  const first = required(double)
  await store.turns.commit(turnOf(first, { arrived: [arrival(store, 'batch-dup')] }))
  await store.turns.commit(turnOf(required(stale)))
  const again = await reload(store, first)
  const results = await Promise.all([
    store.turns.commit(turnOf(required(good), { arrived: [arrival(store, 'batch-1')], outbox: [says('نعم')] })),
    store.turns.commit(turnOf(required(stale), { arrived: [arrival(store, 'batch-2')], outbox: [says('لا')] })),
    store.turns.commit(turnOf(again, { arrived: [arrival(store, 'batch-dup')], outbox: [says('لا')] })),
    // A rare write that finds its row changed fails the whole call; the batch is then tried one by one.
    store.turns.commit(
      turnOf(required(moved), { arrived: [arrival(store, 'batch-3')], rare: { timerFired: required(good).conversation } }),
    ),
    store.turns.commit(turnOf(required(also), { arrived: [arrival(store, 'batch-4')], outbox: [says('نعم')] })),
  ])
  expect(results).toEqual(['committed', 'conflict', 'duplicate', 'conflict', 'committed'])
  const stored = await rows<{ external_id: string }>(store, `select external_id from inbox where external_id like 'batch-%' order by 1`)
  expect(stored.map((row) => row.external_id)).toEqual(['batch-1', 'batch-4', 'batch-dup'])
})

test('a turn that cannot be written harms no other of its batch', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, (_, i) => meet(store, `poison-${i}`)))
  const results = await Promise.allSettled(
    people.map((loaded, i) =>
      store.turns.commit(turnOf(loaded, { arrived: [arrival(store, i === 5 ? 'poison-\u0000' : `poison-${i}`)], outbox: [says('نعم')] })),
    ),
  )
  expect(results.map((result) => result.status === 'fulfilled' && result.value)).toEqual(people.map((_, i) => i !== 5 && 'committed'))
})

test('the same turn sent again, its answer having been lost, is committed once', async () => {
  const loaded = await meet(store, 'visitor-5')
  const turn = turnOf(loaded, { arrived: [arrival(store, 'again-1')], outbox: [says('مرة')] })
  expect(await store.turns.commit(turn)).toBe('committed')
  expect(await store.turns.commit(turn)).toBe('committed')
  expect(await rows(store, 'select id from outbox where conversation_id = $1', [loaded.conversation])).toHaveLength(1)
  expect(await rows(store, 'select id from inbox where conversation_id = $1', [loaded.conversation])).toHaveLength(1)
})

test('two turns of one conversation at the same moment: one is written', async () => {
  const loaded = await meet(store, 'visitor-6')
  const results = await Promise.all([1, 2, 3].map((i) => store.turns.commit(turnOf(loaded, { arrived: [arrival(store, `race-${i}`)] }))))
  expect(results.sort()).toEqual(['committed', 'conflict', 'conflict'])
})

test('rows stored for later wait in order, are taken once, and get the disposition of the turn', async () => {
  const loaded = await meet(store, 'visitor-7')
  const stored = [arrival(store, 'w-1', 'الأولى'), arrival(store, 'w-2', 'الثانية')]
  for (const row of stored) expect(await store.turns.store(contactOf(loaded), row)).toBe(true)
  expect(await store.turns.store(contactOf(loaded), arrival(store, 'w-1'))).toBe(false)
  const waiting = await reload(store, loaded)
  expect(waiting.waiting).toEqual(stored.map(({ id, at, content }) => ({ id, at, content })))
  expect(await store.turns.overdue('2026-03-01T09:00:00.000Z', 10)).toEqual([{ association: masakin, conversation: loaded.conversation }])
  const taken = { taken: stored.map(({ id }) => id), disposition: { kind: 'deferred' as const, until: now } }
  expect(await store.turns.commit(turnOf(waiting, taken))).toBe('committed')
  expect(await store.turns.overdue('2026-03-01T09:00:00.000Z', 10)).toEqual([])
  expect(await rows(store, 'select state, disposition from inbox where conversation_id = $1', [loaded.conversation])).toEqual([
    { state: 'taken', disposition: 'deferred' },
    { state: 'taken', disposition: 'deferred' },
  ])
  expect(await store.turns.commit(turnOf(await reload(store, loaded), taken))).toBe('conflict')
})

test('rows that fail too often are set aside, and the conversation waits for staff', async () => {
  const loaded = await meet(store, 'visitor-8')
  const row = arrival(store, 'park-1')
  await store.turns.store(contactOf(loaded), row)
  for (let i = 1; i < 3; i += 1) await store.turns.park(loaded, [row.id], 3, now)
  expect((await reload(store, loaded)).waiting).toHaveLength(1)
  await store.turns.park(loaded, [row.id], 3, now)
  expect((await reload(store, loaded)).waiting).toEqual([])
  expect(await rows(store, 'select waiting_reason from conversation where id = $1', [loaded.conversation])).toEqual([
    { waiting_reason: 'failed' },
  ])
})

test('200 conversations at once, every update delivered several times: each exactly one row and one turn', async () => {
  const conversations = 200
  const messages = 5
  const work = Array.from({ length: conversations }, async (_, c) => {
    const external = `crowd-${c}`
    const key = { association: masakin, account: accountOf(store, masakin), external }
    const deliver = async (m: number): Promise<void> => {
      for (;;) {
        let loaded = await store.turns.load(key)
        if (!loaded) {
          await store.turns.meet({ ...key, phone: null }, now)
          loaded = required(await store.turns.load(key))
        }
        const result = await store.turns.commit(turnOf(loaded, { arrived: [arrival(store, `${external}-${m}`)], outbox: [says('رد')] }))
        if (result !== 'conflict') return
      }
    }
    for (let m = 0; m < messages; m += 1) await Promise.all(Array.from({ length: 1 + ((c + m) % 3) }, () => deliver(m)))
  })
  await Promise.all(work)
  const found = await rows<{ inbox: number; turns: number; outbox: number; versions: number }>(
    store,
    `select (select count(*)::int from inbox where external_id like 'crowd-%') as inbox,
            (select count(*)::int from turn t join inbox i on i.turn_id = t.id where i.external_id like 'crowd-%') as turns,
            (select count(*)::int from outbox o join inbox i on i.turn_id = o.turn_id where i.external_id like 'crowd-%') as outbox,
            (select sum(version)::int from conversation c where c.id in (select conversation_id from inbox where external_id like 'crowd-%')) as versions`,
  )
  const all = conversations * messages
  expect(found).toEqual([{ inbox: all, turns: all, outbox: all, versions: all }])
})
