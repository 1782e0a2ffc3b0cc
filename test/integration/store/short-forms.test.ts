import { v7 } from 'uuid'
import { expect, test } from 'vitest'
import { RequestId } from '../../../src/core/ids.ts'
import type { AnswerValue } from '../../../src/core/requests/request.ts'
import type { Loaded, RareWrites } from '../../../src/ports/turn-store.ts'
import { createRequestStore } from '../../../src/store/request-store.ts'
import { masakin, meet, openTestStore, release, reload, required, rows, staffOf, turnOf } from './support.ts'

const store = await openTestStore()

const write = async (loaded: Loaded, rare: RareWrites) => store.turns.commit(turnOf(await reload(store, loaded), { rare }))
const text = (value: string): AnswerValue => ({ kind: 'text', value })
let references = 0
const filed = (service: 'complaint' | 'suggestion', value: string): NonNullable<RareWrites['filed']> => {
  references += 1
  return {
    request: RequestId.parse(v7()),
    service,
    reference: `MSK-${references}`,
    answers: { words: text(value) },
    release,
    flow: service,
    node: 'file',
  }
}
const stored = async (request: RequestId) =>
  required(
    (
      await rows<{ stage: string; service: string; declaration: string | null; data_hash: string | null; flow: string; node: string }>(
        store,
        'select stage, service, declaration, data_hash, flow, node from request where id = $1',
        [request],
      )
    )[0],
  )

test('a short form is filed in one turn, twice above the same draft, and the draft keeps its own place and answers', async () => {
  const loaded = await meet(store, 'short-1')
  const draft = RequestId.parse(v7())
  const requestOpened = { id: draft, service: 'support', release, flow: 'support-request', node: 'name', runId: v7() }
  expect(await write(loaded, { requestOpened })).toBe('committed')
  expect(await write(loaded, { answersSaved: { request: draft, values: { name: text('خالد') }, keptUntil: '2026-04-01' } })).toBe(
    'committed',
  )
  const [first, second] = [filed('complaint', 'الأولى'), filed('complaint', 'الثانية')]
  // In the same turn the form underneath says where it stands.
  expect(await write(loaded, { filed: first, position: { request: draft, flow: 'support-request', node: 'phone' } })).toBe('committed')
  expect(await write(loaded, { filed: second })).toBe('committed')
  expect(await stored(first.request)).toMatchObject({ stage: 'submitted', service: 'complaint', declaration: null, data_hash: null })
  expect((await reload(store, loaded)).draft).toMatchObject({ id: draft, node: 'phone', answers: { name: text('خالد') } })
  const views = await store.turns.requestsOf(masakin, loaded.contact)
  expect(
    views
      .map(({ reference }) => reference)
      .filter(Boolean)
      .toSorted(),
  ).toEqual([first.reference, second.reference].toSorted())
})

test('what is added joins what was filed, together with an answer of the draft; once staff have closed it, nothing is', async () => {
  const loaded = await meet(store, 'short-2')
  const draft = RequestId.parse(v7())
  const requestOpened = { id: draft, service: 'support', release, flow: 'support-request', node: 'name', runId: v7() }
  await write(loaded, { requestOpened })
  const suggestion = filed('suggestion', 'افتحوا مساءً')
  await write(loaded, { filed: suggestion })
  const no: AnswerValue = { kind: 'choice', value: 'no' }
  const added = { request: suggestion.request, answers: { ...suggestion.answers, news: no } }
  const saved = { request: draft, values: { name: text('خالد') }, keptUntil: null }
  expect(await write(loaded, { added, answersSaved: saved })).toBe('committed')
  const requests = createRequestStore(store.prisma, store.keyring)
  expect((await requests.find(masakin, suggestion.request)).view).toMatchObject({ service: 'suggestion', silent: true })
  expect((await reload(store, loaded)).draft?.answers).toEqual({ name: text('خالد') })

  const staff = staffOf(store, masakin)
  const advanced = { request: suggestion.request, from: 'submitted', to: 'closed', staff, note: 'شكرًا' } as const
  expect(await write(loaded, { advanced })).toBe('committed')
  expect(await write(loaded, { added })).toBe('conflict')
  const stranger = await meet(store, 'short-2b')
  const other = filed('suggestion', 'لغيره')
  await write(loaded, { filed: other })
  expect(await write(stranger, { added: { request: other.request, answers: {} } })).toBe('conflict')
})

test('the database takes these three services without a declaration, and no other', async () => {
  const loaded = await meet(store, 'short-3')
  const support = { ...filed('suggestion', 'x'), service: 'support' as 'suggestion' } // what no flow can say
  await expect(write(loaded, { filed: support })).rejects.toThrow('request_submitted_check')
  await expect(store.owner.query(`update request set data_hash = 'x' where service = 'complaint' and stage = 'submitted'`)).rejects.toThrow(
    'request_submitted_check',
  )
})
