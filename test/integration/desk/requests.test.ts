import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AdvancePreview, ConversationDetail, RequestDetail } from '../../../src/http/contract.ts'
import { type DeskClient, signedInClient } from '../../support/desk-client.ts'
import { type FakeDesk, startFakeDesk } from '../../support/fake-desk.ts'

let desk: FakeDesk
let noura: DeskClient
beforeAll(async () => {
  desk = await startFakeDesk()
  noura = await signedInClient(desk.url, (await desk.staff('نورة', 'researcher')).email)
})
afterAll(() => desk.close())

test('answers stand in the order of the questions, in the words that were chosen', async () => {
  const person = await desk.person({ name: 'أم خالد' })
  const id = await desk.request(person, {
    answers: {
      income: { kind: 'money', value: 3500 },
      need: { kind: 'choice', value: 'rent' },
      'national-id': { kind: 'national-id', value: '1000000008' },
      name: { kind: 'text', value: 'أم خالد' },
      removed: { kind: 'by-staff' },
    },
  })
  const { body } = await noura.call<RequestDetail>('GET', `/requests/${id}`)
  expect(body.answers).toEqual([
    { field: 'name', label: 'الاسم', kind: 'text', value: 'أم خالد', files: [], sensitive: false },
    { field: 'national-id', label: 'رقم الهوية', kind: 'national-id', value: '1000000008', files: [], sensitive: true },
    { field: 'need', label: 'الحاجة', kind: 'choice', value: 'إيجار متأخر', files: [], sensitive: false },
    { field: 'income', label: 'الدخل الشهري', kind: 'money', value: '3500', files: [], sensitive: false },
    { field: 'removed', label: 'removed', kind: 'by-staff', value: '', files: [], sensitive: false },
  ])
  expect(body).toMatchObject({
    person: 'أم خالد',
    stage: 'submitted',
    next: [
      { stage: 'complete', note: 'none', told: true },
      { stage: 'incomplete', note: 'required', told: true },
    ],
    declaration: { text: 'أقرّ بأن البيانات التي قدّمتها صحيحة.' },
  })
})

test('what is previewed is what is said; a stale or impossible move changes nothing', async () => {
  const person = await desk.person({ name: 'خالد' })
  const id = await desk.request(person)
  const move = { to: 'incomplete', note: 'صورة عقد الإيجار', version: 0 }
  const { text } = (await noura.call<AdvancePreview>('POST', `/requests/${id}/preview`, move)).body
  expect(text).toContain('صورة عقد الإيجار')
  expect((await noura.call('POST', `/requests/${id}/preview`, { ...move, to: 'approved' })).body.code).toBe('stage-not-next')
  expect((await noura.call('POST', `/requests/${id}/preview`, { ...move, note: null })).body.code).toBe('note-required')
  expect((await noura.call('POST', `/requests/${id}/advance`, { ...move, to: 'no-such-stage' })).status).toBe(422)
  expect((await noura.call('POST', `/requests/${id}/advance`, { ...move, version: 7 })).body.code).toBe('stale')
  expect((await noura.call<RequestDetail>('GET', `/requests/${id}`)).body).toMatchObject({ stage: 'submitted', version: 0, events: [] })
  expect((await noura.call('POST', `/requests/${id}/advance`, move)).status).toBe(200)
  expect((await noura.call<RequestDetail>('GET', `/requests/${id}`)).body).toMatchObject({
    stage: 'incomplete',
    version: 1,
    events: [{ from: 'submitted', to: 'incomplete', staff: 'نورة', note: 'صورة عقد الإيجار' }],
  })
  const { lines } = (await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)).body
  expect(lines.at(-1)).toMatchObject({ from: 'bot', text })
})
