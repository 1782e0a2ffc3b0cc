import fc from 'fast-check'
import { v7 } from 'uuid'
import { afterAll, expect, test } from 'vitest'
import { RequestId } from '../../../src/core/ids.ts'
import type { Loaded, RareWrites } from '../../../src/ports/turn-store.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import { createTurnStore } from '../../../src/store/turn-store.ts'
import { accountOf, arrival, contactOf, masakin, meet, openTestStore, release, reload, required, says, staffOf, turnOf } from './support.ts'

const store = await openTestStore()
/** Another process on the same database. */
const other = createStore({ pool: store.pool, keys: store.keys })
afterAll(() => other.prisma.$disconnect())

const keyOf = (external: string) => ({ association: masakin, account: accountOf(store, masakin), external })
/** By sender: what is remembered, if anything is. */
const hear = async (external: string, by: Store = store): Promise<Loaded> => required(await by.turns.load(keyOf(external)))
/** A turn of this process, after which it remembers the conversation. */
const speak = async (external: string, rare: RareWrites = {}) =>
  expect(await store.turns.commit(turnOf(await hear(external), { rare, arrived: [arrival(store, v7())], outbox: [says('نعم')] }))).toBe(
    'committed',
  )

test('what is remembered is what a load would have read, whatever the turns did', async () => {
  let n = 0
  const answer = fc.record({ field: fc.constantFrom('name', 'city', 'income'), value: fc.string() })
  const act = fc.oneof(
    fc.constant({ kind: 'plain' as const }),
    fc.constant({ kind: 'open' as const }),
    fc.record({
      kind: fc.constant('answer' as const),
      answer,
      kept: fc.constantFrom(null, '2026-04-01', '2026-05-01'),
      moves: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('move' as const), node: fc.constantFrom('a', 'b'), reminded: fc.constantFrom(undefined, true, false) }),
    fc.record({
      kind: fc.constant('profile' as const),
      gender: fc.constantFrom('female' as const, 'male' as const, null),
      name: fc.string({ minLength: 1 }),
    }),
    fc.constantFrom(
      { kind: 'submit' as const },
      { kind: 'discard' as const },
      { kind: 'ask' as const },
      { kind: 'take-over' as const },
      { kind: 'release' as const },
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
      n += 1
      const external = `same-${n}`
      await meet(store, external)
      for (const one of acts) {
        const { draft, owner } = await hear(external)
        const request = draft?.id ?? RequestId.parse(v7())
        const position = { request, flow: 'support-request', node: 'here' }
        const rare: RareWrites | null =
          one.kind === 'plain'
            ? {}
            : one.kind === 'open'
              ? draft
                ? null
                : { requestOpened: { id: request, service: 'support', release, flow: 'f', node: 'n', runId: v7() } }
              : one.kind === 'ask'
                ? { handover: { reason: 'asked', role: 'agent' } }
                : one.kind === 'take-over'
                  ? owner.kind === 'staff'
                    ? null
                    : { takeOver: { staff: staffOf(store, masakin) } }
                  : one.kind === 'release'
                    ? owner.kind === 'bot'
                      ? null
                      : { release: { queue: false, reason: null } }
                    : one.kind === 'profile'
                      ? { profile: { gender: one.gender, name: one.name } }
                      : !draft
                        ? null
                        : one.kind === 'answer'
                          ? {
                              answersSaved: {
                                request,
                                values: { [one.answer.field]: { kind: 'text', value: one.answer.value } },
                                keptUntil: one.kept,
                              },
                              ...(one.moves && { position }),
                            }
                          : one.kind === 'move'
                            ? { position: { ...position, node: one.node, ...(one.reminded !== undefined && { reminded: one.reminded }) } }
                            : one.kind === 'discard'
                              ? { discarded: { request, reason: 'person' } }
                              : {
                                  submitted: {
                                    request,
                                    reference: v7(),
                                    declaration: 'x:y',
                                    dataHash: 'h',
                                    notBefore: null,
                                    release,
                                    name: 'سالم',
                                  },
                                }
        if (rare) await speak(external, rare)
        else await speak(external)
        expect(await hear(external)).toEqual(await createTurnStore(store.pool, store.prisma, store.keyring).load(keyOf(external)))
      }
    }),
    { numRuns: 40 },
  )
})

test('the next message of a conversation is answered without reading it again', async () => {
  const loaded = await meet(store, 'remembered')
  await speak('remembered')
  // Behind the back of this process, in something that no commit checks.
  await store.owner.query(`update contact set language = 'en' where id = $1`, [loaded.contact])
  expect((await hear('remembered')).profile.language).toBeNull()
  expect((await reload(store, loaded)).profile.language).toBe('en')
})

test('a turn of another process is noticed, and the next load is a real one', async () => {
  await meet(store, 'elsewhere')
  await speak('elsewhere')
  const theirs = await hear('elsewhere', other)
  expect(await other.turns.commit(turnOf(theirs, { rare: { takeOver: { staff: staffOf(store, masakin) } } }))).toBe('committed')
  const stale = await hear('elsewhere')
  expect(stale.owner).toEqual({ kind: 'bot' })
  expect(await store.turns.commit(turnOf(stale, { outbox: [says('لا')] }))).toBe('conflict')
  expect(await hear('elsewhere')).toMatchObject({ owner: { kind: 'staff' }, epoch: 1, version: 2 })
})

test('staff and timers never act on what is remembered', async () => {
  const loaded = await meet(store, 'staff-load')
  await speak('staff-load')
  await other.turns.commit(turnOf(await hear('staff-load', other), { rare: { takeOver: { staff: staffOf(store, masakin) } } }))
  expect((await reload(store, loaded)).owner).toMatchObject({ kind: 'staff' })
})

test('a message stored by another process is noticed, so that it is not overtaken', async () => {
  const loaded = await meet(store, 'overtaken')
  await speak('overtaken')
  const first = arrival(store, 'overtaken-first', 'الأولى')
  expect(await other.turns.store(contactOf(loaded), first)).toBe(true)
  const blind = await hear('overtaken')
  expect(blind.waiting).toEqual([])
  const second = arrival(store, 'overtaken-second', 'الثانية')
  expect(await store.turns.commit(turnOf(blind, { arrived: [second] }))).toBe('conflict')
  const seeing = await hear('overtaken')
  expect(seeing.waiting).toMatchObject([{ id: first.id }])
  expect(await store.turns.commit(turnOf(seeing, { taken: [first.id], arrived: [second] }))).toBe('committed')
})

test('answers that changed elsewhere are not overwritten', async () => {
  const loaded = await meet(store, 'answers')
  const request = RequestId.parse(v7())
  await speak('answers', { requestOpened: { id: request, service: 'support', release, flow: 'f', node: 'n', runId: v7() } })
  const save = (value: string): RareWrites => ({ answersSaved: { request, values: { name: { kind: 'text', value } }, keptUntil: null } })
  await speak('answers', save('١'))
  // As another conversation of the same person would.
  await store.owner.query('update request set version = version + 1 where id = $1', [request])
  const stale = await hear('answers')
  expect(await store.turns.commit(turnOf(stale, { rare: save('٢') }))).toBe('conflict')
  expect(await store.turns.commit(turnOf(await hear('answers'), { rare: save('٢') }))).toBe('committed')
  expect((await reload(store, loaded)).draft?.answers).toEqual({ name: { kind: 'text', value: '٢' } })
})

test('what was decided on and not written is forgotten', async () => {
  await meet(store, 'dropped')
  await speak('dropped')
  const lent = await hear('dropped')
  lent.state.misses = 99
  const again = await hear('dropped')
  expect(again.state.misses).not.toBe(99)
})
