import { v7 } from 'uuid'
import { expect, test } from 'vitest'
import type { Effect } from '../../../src/core/engine/effect.ts'
import { RequestId } from '../../../src/core/ids.ts'
import type { Loaded, RareWrites } from '../../../src/ports/turn-store.ts'
import { masakin, meet, now, openTestStore, release, reload, required, rows, staffOf, turnOf } from './support.ts'

const store = await openTestStore()

const write = async (loaded: Loaded, rare: RareWrites, effects: Effect[] = []) =>
  store.turns.commit(turnOf(await reload(store, loaded), { rare, effects }))
const open = async (loaded: Loaded): Promise<RequestId> => {
  const request = RequestId.parse(v7())
  const requestOpened = { id: request, service: 'support', release, flow: 'support-request', node: 'conditions', runId: v7() }
  expect(await write(loaded, { requestOpened })).toBe('committed')
  return request
}
const submitted = (request: RequestId, reference: string) => ({
  request,
  reference,
  declaration: 'support-request:declaration',
  dataHash: 'a'.repeat(64),
  notBefore: '2026-03-20',
  release,
  name: 'سالم التجريبي',
})

test('a timer set anew replaces the one before; each setting has its own epoch', async () => {
  const loaded = await meet(store, 'timers')
  const set = (dueAt: string) => ({ timersSet: [{ timer: 'draft-reminder' as const, subject: 's', dueAt }] })
  for (const day of ['02', '03', '04']) expect(await write(loaded, set(`2026-03-${day}T08:00:00.000Z`))).toBe('committed')
  expect(await rows(store, 'select epoch, state from timer where conversation_id = $1 order by epoch', [loaded.conversation])).toEqual([
    { epoch: 1, state: 'cleared' },
    { epoch: 2, state: 'cleared' },
    { epoch: 3, state: 'set' },
  ])
  expect(await store.turns.dueTimers('2026-03-03T12:00:00.000Z', 10)).toEqual([])
  const due = await store.turns.dueTimers('2026-03-04T08:00:00.000Z', 10)
  expect(due).toMatchObject([{ association: masakin, conversation: loaded.conversation, timer: 'draft-reminder', subject: 's' }])
  const fired = required(due[0]).id
  expect(await write(loaded, { timerFired: fired, ...set('2026-03-09T08:00:00.000Z') })).toBe('committed')
  // Fired once: a second sweep that still holds it loses.
  expect(await write(loaded, { timerFired: fired })).toBe('conflict')
  expect(await write(loaded, { timersCleared: [{ timer: 'draft-reminder', subject: 's' }] })).toBe('committed')
  expect(await store.turns.dueTimers('2030-01-01T00:00:00.000Z', 10)).toEqual([])
})

test('a timer both set and cleared in one turn ends as it was named last', async () => {
  const loaded = await meet(store, 'timers-both')
  const dueAt = '2026-03-02T08:00:00.000Z'
  const set: Effect = { kind: 'set-timer', timer: 'absence', subject: 's', dueAt }
  const clear: Effect = { kind: 'clear-timer', timer: 'absence', subject: 's' }
  const both: RareWrites = { timersSet: [{ timer: 'absence', subject: 's', dueAt }], timersCleared: [{ timer: 'absence', subject: 's' }] }
  const live = () => rows(store, `select from timer where conversation_id = $1 and state = 'set'`, [loaded.conversation])
  expect(await write(loaded, both, [clear, set])).toBe('committed')
  expect(await live()).toHaveLength(1)
  expect(await write(loaded, both, [set, clear])).toBe('committed')
  expect(await live()).toHaveLength(0)
})

test('a draft keeps answers, position and promise, and the next load reads them', async () => {
  const loaded = await meet(store, 'draft')
  const request = await open(loaded)
  expect((await reload(store, loaded)).draft).toMatchObject({
    id: request,
    service: 'support',
    answers: {},
    node: 'conditions',
    keptUntil: null,
    reminded: false,
  })
  await write(loaded, {
    answersSaved: { request, values: { name: { kind: 'text', value: 'سالم' } }, keptUntil: '2026-04-01' },
    position: { request, flow: 'support-request', node: 'phone' },
  })
  // A turn names the answers it changed: the others stay.
  await write(loaded, { answersSaved: { request, values: { income: { kind: 'money', value: 3500 } }, keptUntil: '2026-04-02' } })
  await write(loaded, { position: { request, flow: 'support-request', node: 'review', reminded: true } })
  expect((await reload(store, loaded)).draft).toEqual({
    id: request,
    service: 'support',
    answers: { name: { kind: 'text', value: 'سالم' }, income: { kind: 'money', value: 3500 } },
    release,
    flow: 'support-request',
    node: 'review',
    touchedAt: now,
    keptUntil: '2026-04-02',
    reminded: true,
  })
})

test('a request opened with an answer in the same turn has it', async () => {
  const loaded = await meet(store, 'opened')
  const request = RequestId.parse(v7())
  await write(loaded, {
    requestOpened: { id: request, service: 'support', release, flow: 'support-request', node: 'a', runId: v7() },
    answersSaved: { request, values: { city: { kind: 'text', value: 'الرياض' } }, keptUntil: '2026-04-01' },
    position: { request, flow: 'support-request', node: 'b' },
  })
  expect((await reload(store, loaded)).draft).toMatchObject({
    node: 'b',
    keptUntil: '2026-04-01',
    answers: { city: { kind: 'text', value: 'الرياض' } },
  })
})

test('a submitted request has its reference, its date and its history, and is no draft any more', async () => {
  const loaded = await meet(store, 'submit')
  const request = await open(loaded)
  const reference = await store.turns.nextReference(masakin)
  expect(await write(loaded, { submitted: submitted(request, `MS-${reference}`) })).toBe('committed')
  const after = await reload(store, loaded)
  expect(after).toMatchObject({ draft: null, profile: { name: 'سالم التجريبي' } })
  expect(await store.turns.requestsOf(masakin, loaded.contact)).toEqual([
    {
      id: request,
      service: 'support',
      stage: 'submitted',
      reference: `MS-${reference}`,
      openedAt: now,
      submittedAt: now,
      stageAt: now,
      notBefore: '2026-03-20',
      note: null,
    },
  ])
  expect(await rows(store, 'select kind, date::text from commitment where request_id = $1', [request])).toEqual([
    { kind: 'not-before', date: '2026-03-20' },
  ])
  expect(await write(loaded, { submitted: submitted(request, 'MS-again') })).toBe('conflict')
  expect(await write(loaded, { discarded: { request, reason: 'person' } })).toBe('conflict')
  const staff = staffOf(store, masakin)
  expect(await write(loaded, { advanced: { request, from: 'complete', to: 'research', staff, note: null } })).toBe('conflict')
  expect(await write(loaded, { advanced: { request, from: 'submitted', to: 'incomplete', staff, note: 'صورة الهوية' } })).toBe('committed')
  expect(await store.turns.requestsOf(masakin, loaded.contact)).toMatchObject([{ stage: 'incomplete', note: 'صورة الهوية' }])
  expect(await write(loaded, { advanced: { request, from: 'incomplete', to: 'closed', staff, note: null } })).toBe('committed')
  expect(
    await rows(store, `select "from", "to", staff_id is not null as staff from request_event where request_id = $1 order by id`, [request]),
  ).toEqual([
    { from: 'draft', to: 'submitted', staff: false },
    { from: 'submitted', to: 'incomplete', staff: true },
    { from: 'incomplete', to: 'closed', staff: true },
  ])
  expect(await rows(store, 'select closed_at is not null as closed from request where id = $1', [request])).toEqual([{ closed: true }])
})

test('references of an association never repeat', async () => {
  const numbers = await Promise.all(Array.from({ length: 50 }, () => store.turns.nextReference(masakin)))
  expect(new Set(numbers).size).toBe(50)
})

test('a discarded draft leaves its tombstone and none of its answers', async () => {
  const loaded = await meet(store, 'discard')
  const request = await open(loaded)
  await write(loaded, { answersSaved: { request, values: { name: { kind: 'text', value: 'سالم' } }, keptUntil: null } })
  expect(await write(loaded, { discarded: { request, reason: 'person' } })).toBe('committed')
  expect(await rows(store, 'select stage, answers, closed_at is not null as closed from request where id = $1', [request])).toEqual([
    { stage: 'discarded', answers: null, closed: true },
  ])
  expect((await reload(store, loaded)).draft).toBeNull()
  expect(await store.turns.requestsOf(masakin, loaded.contact)).toEqual([])
})

test('waiting begins once, is counted in order, and ends when staff come or hand back', async () => {
  const first = await meet(store, 'waits-1')
  const second = await meet(store, 'waits-2')
  expect(await store.turns.waitingAhead(masakin, second.conversation)).toBe(0)
  await write(first, { handover: { reason: 'asked', role: 'agent' } })
  await store.turns.commit(
    turnOf(await reload(store, second), {
      now: '2026-03-01T09:00:00.000Z',
      rare: { handover: { reason: 'complaint', role: 'supervisor' } },
    }),
  )
  await store.turns.commit(
    turnOf(await reload(store, first), { now: '2026-03-01T10:00:00.000Z', rare: { handover: { reason: 'voice', role: 'agent' } } }),
  )
  const waiting = () =>
    rows(store, 'select waiting_since, waiting_reason, waiting_role from conversation where id = $1', [first.conversation])
  expect(await waiting()).toEqual([{ waiting_since: new Date(now), waiting_reason: 'asked', waiting_role: 'agent' }])
  expect(await store.turns.waitingAhead(masakin, second.conversation)).toBe(1)
  expect(await store.turns.waitingAhead(masakin, first.conversation)).toBe(0)
  await write(first, { release: { queue: false, reason: null } })
  expect(await waiting()).toEqual([{ waiting_since: null, waiting_reason: null, waiting_role: null }])
  await write(second, { takeOver: { staff: staffOf(store, masakin) } })
  expect(await rows(store, 'select waiting_since from conversation where id = $1', [second.conversation])).toEqual([
    { waiting_since: null },
  ])
  expect(await rows(store, 'select kind from handover where conversation_id = $1 order by at, epoch', [first.conversation])).toEqual([
    { kind: 'asked' },
    { kind: 'released' },
    { kind: 'asked' },
  ])
})

test('profile, consents and ratings are kept; a second rating replaces the first', async () => {
  const loaded = await meet(store, 'profile')
  const request = await open(loaded)
  await write(loaded, { submitted: { ...submitted(request, 'MS-rate'), notBefore: null, name: null } })
  await write(loaded, {
    profile: { gender: 'female', language: 'en', name: 'نورة', stopped: true },
    consents: [{ purpose: 'privacy', given: true, text: 'menu:privacy' }],
    rating: [
      { request, dimension: 'service', score: 2 },
      { request, dimension: 'provider', score: 5 },
    ],
  })
  await write(loaded, {
    profile: { gender: null },
    rating: [{ request, dimension: 'service', score: 4 }],
    ratingComment: { request, comment: 'شكرًا' },
  })
  expect((await reload(store, loaded)).profile).toEqual({ name: 'نورة', gender: null, language: 'en', stopped: true })
  expect(
    await rows(store, 'select dimension, score, comment is not null as comment from rating where request_id = $1 order by 1', [request]),
  ).toEqual([
    { dimension: 'provider', score: 5, comment: false },
    { dimension: 'service', score: 4, comment: true },
  ])
  expect(await rows(store, 'select purpose, given, text, release from consent where contact_id = $1', [loaded.contact])).toEqual([
    { purpose: 'privacy', given: true, text: 'menu:privacy', release },
  ])
  expect(await rows(store, 'select from commitment where request_id = $1', [request])).toHaveLength(0)
})
