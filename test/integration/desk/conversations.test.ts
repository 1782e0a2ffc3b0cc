import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConversationDetail, ConversationRow, DeskSession } from '../../../src/http/contract.ts'
import { type DeskClient, listen, signedInClient } from '../../support/desk-client.ts'
import { type FakeDesk, type Person, startFakeDesk } from '../../support/fake-desk.ts'

let desk: FakeDesk
let noura: DeskClient
let fahad: DeskClient
beforeAll(async () => {
  desk = await startFakeDesk()
  noura = await signedInClient(desk.url, (await desk.staff('نورة', 'researcher')).email)
  fahad = await signedInClient(desk.url, (await desk.staff('فهد', 'agent')).email)
})
afterAll(() => desk.close())

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const names = async (client: DeskClient) => (await client.call<ConversationRow[]>('GET', '/conversations')).body.map((row) => row.name)

test('waiting first, the longest on top; then mine; then by the last message', async () => {
  const people: Record<string, Person> = {}
  for (const name of ['قديمة', 'جديدة', 'معي', 'تنتظر قليلًا', 'تنتظر طويلًا']) people[name] = await desk.person({ name })
  const person = (name: string) => people[name] as Person // made above
  await desk.owner.query("update conversation set created_at = now() - interval '1 day'")
  await desk.hear(person('قديمة'), { kind: 'text', text: 'سؤال' }, minutesAgo(90))
  await desk.hear(person('معي'), { kind: 'text', text: 'سؤال' }, minutesAgo(95))
  await desk.hear(person('جديدة'), { kind: 'text', text: 'سؤال' }, minutesAgo(1))
  await desk.wait(person('تنتظر قليلًا'), 'asked', minutesAgo(5))
  await desk.wait(person('تنتظر طويلًا'), 'complaint', minutesAgo(50))
  expect((await noura.call('POST', `/conversations/${person('معي').conversation}/take`, {})).status).toBe(200)
  expect(await names(noura)).toEqual(['تنتظر طويلًا', 'تنتظر قليلًا', 'معي', 'جديدة', 'قديمة'])
  // To a colleague her conversation is one of the recent ones.
  expect(await names(fahad)).toEqual(['تنتظر طويلًا', 'تنتظر قليلًا', 'جديدة', 'قديمة', 'معي'])
})

test('the list is read in a number of statements that does not grow', async () => {
  const count = async () => {
    const before = desk.statements()
    await noura.call('GET', '/conversations')
    return desk.statements() - before
  }
  await count()
  const few = await count()
  for (let n = 0; n < 60; n += 1) await desk.hear(await desk.person({ name: `زائر ${n}` }), { kind: 'text', text: 'السلام عليكم' })
  await count()
  expect(await count()).toBeLessThanOrEqual(few)
  expect((await noura.call<ConversationRow[]>('GET', '/conversations')).body.length).toBeGreaterThan(60)
})

test('the transcript is one line of time, with the words that were pressed', async () => {
  const person = await desk.person({ name: 'أم خالد' })
  await desk.hear(person, { kind: 'text', text: 'السلام عليكم' }, minutesAgo(10))
  await desk.say(person, 'كيف نخدمك؟', { at: minutesAgo(10), promptId: 'p1', options: [{ id: 'request', label: 'طلب دعم' }] })
  await desk.hear(person, { kind: 'choice', promptId: 'p1', optionId: 'request' }, minutesAgo(9))
  await desk.say(person, 'رسالة لم تخرج', { at: minutesAgo(8), state: 'cancelled' })
  await desk.wait(person, 'asked', minutesAgo(7))
  await desk.hear(
    person,
    { kind: 'voice', file: { id: null, mime: null, size: 0, name: null, problem: 'failed' }, caption: null },
    minutesAgo(6),
  )
  const { body } = await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)
  expect(body.lines.map((line) => [line.from, line.kind, line.text])).toEqual([
    ['person', 'text', 'السلام عليكم'],
    ['bot', 'text', 'كيف نخدمك؟'],
    ['person', 'choice', 'طلب دعم'],
    ['notice', 'asked', 'asked'],
    ['person', 'voice', ''],
  ])
  expect(body).toMatchObject({ name: 'أم خالد', more: false, unanswered: 2, previewKind: 'voice', previewFrom: 'person' })
  const short = (await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}?lines=2`)).body
  expect(short.lines.map((line) => line.kind)).toEqual(['asked', 'voice'])
  expect(short.more).toBe(true)
})

test('a preview is one line of at most eighty characters, whole emoji included', async () => {
  const person = await desk.person({ name: 'طويلة' })
  await desk.hear(person, { kind: 'text', text: `${'👨‍👩‍👧‍👦'.repeat(100)}\nسطر ثان` })
  const { preview } = (await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)).body
  expect(preview).toBe(`${'👨‍👩‍👧‍👦'.repeat(79)}…`)
  await desk.hear(person, { kind: 'text', text: 'كلمة '.repeat(60) })
  expect((await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)).body.preview).toHaveLength(80)
  // One letter under ten thousand marks is one character.
  await desk.hear(person, { kind: 'text', text: `ه${'\u0651'.repeat(10_000)} سلام` })
  expect((await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)).body.preview).toBe('…')
})

test('someone whose key was destroyed is shown without words', async () => {
  const person = await desk.person({ name: 'محذوفة' })
  await desk.hear(person, { kind: 'text', text: 'نص لا يُقرأ' })
  await desk.owner.query('update contact set key = null, erased_at = now() where id = $1', [person.contact])
  const { status, body } = await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ name: null, preview: '', lines: [{ text: '' }] })
})

test('one of two officers wins, the other is told who', async () => {
  const person = await desk.person({ name: 'متنازع عليها' })
  const go = desk.pause()
  const takes = [noura, fahad].map((client) => client.call('POST', `/conversations/${person.conversation}/take`, {}))
  go()
  const answers = (await Promise.all(takes)).sort((a, b) => a.status - b.status)
  expect(answers.map((answer) => answer.status)).toEqual([200, 409])
  const { owner } = (await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)).body
  expect(answers[1]?.body).toMatchObject({ code: 'already-owned', owner: owner?.name })
  const loser = owner?.name === 'نورة' ? fahad : noura
  expect((await loser.call('POST', `/conversations/${person.conversation}/reply`, { text: 'من غير المالك' })).body.code).toBe('not-owner')
})

test('a change is made once per Idempotency-Key', async () => {
  const person = await desk.person({ name: 'مكررة' })
  const path = `/conversations/${person.conversation}/reply`
  await noura.call('POST', `/conversations/${person.conversation}/take`, {})
  const key = { 'idempotency-key': crypto.randomUUID() }
  const first = await noura.call('POST', path, { text: 'مرة واحدة' }, key)
  expect(first.status).toBe(200)
  expect(await noura.call('POST', path, { text: 'مرة واحدة' }, key)).toEqual(first)
  expect((await noura.call('POST', path, { text: 'كلام آخر' }, key)).status).toBe(422)
  expect((await noura.call('POST', path, { text: 'بلا مفتاح' }, { 'idempotency-key': '' })).status).toBe(422)
  const burst = { 'idempotency-key': crypto.randomUUID() }
  const together = await Promise.all(Array.from({ length: 5 }, () => noura.call('POST', path, { text: 'معًا' }, burst)))
  expect(together.every(({ status }) => status === 200 || status === 409)).toBe(true)
  const { lines } = (await noura.call<ConversationDetail>('GET', `/conversations/${person.conversation}`)).body
  expect(lines.filter((line) => line.from === 'staff').map((line) => line.text)).toEqual(['مرة واحدة', 'معًا'])
  // The key of one member is not the key of another.
  expect((await fahad.call('POST', path, { text: 'مرة واحدة' }, key)).body.code).toBe('not-owner')
})

test('a refused change may be tried again with its key; a claim whose process died is taken over', async () => {
  const person = await desk.person({ name: 'مرفوضة' })
  const path = `/conversations/${person.conversation}/reply`
  const key = { 'idempotency-key': crypto.randomUUID() }
  expect((await noura.call('POST', path, { text: 'قبل الاستلام' }, key)).body.code).toBe('not-owner')
  await noura.call('POST', `/conversations/${person.conversation}/take`, {})
  await desk.owner.query(
    "insert into idempotent_reply (association, key, hash, status, body, at) select association, $1, 'of the dead', 0, '', now() - interval '2 minutes' from conversation where id = $2",
    [`${(await noura.call<DeskSession>('GET', '/session')).body.staff.id}:${key['idempotency-key']}`, person.conversation],
  )
  expect((await noura.call('POST', path, { text: 'قبل الاستلام' }, key)).status).toBe(200)
})

test('a stream that comes back gets what it missed; one from another time is told to refetch', async () => {
  const person = await desk.person({ name: 'حية' })
  const before = await listen(desk.url, noura.cookie)
  await expect.poll(() => before.events.map(({ event }) => event)).toEqual(['reset'])
  await desk.hear(person, { kind: 'text', text: 'واحد' })
  await expect.poll(() => before.events.length).toBe(2)
  const seen = before.events.at(-1)
  expect(JSON.parse(seen?.data ?? '')).toEqual({ kind: 'conversation', id: person.conversation })
  await before.stop()
  await desk.hear(person, { kind: 'text', text: 'اثنان' })
  await desk.hear(person, { kind: 'text', text: 'ثلاثة' })
  const after = await listen(desk.url, noura.cookie, seen?.id)
  await expect.poll(() => after.events.map(({ event }) => event)).toEqual(['change', 'change'])
  await after.stop()
  const stranger = await listen(desk.url, noura.cookie, 'elsewhere-7')
  await expect.poll(() => stranger.events.map(({ event }) => event)).toEqual(['reset'])
  // Events of another process were lost: nobody knows which, and ids from before are no basis any more.
  desk.publish({ kind: 'missed' })
  await expect.poll(() => stranger.events.map(({ event }) => event)).toEqual(['reset', 'reset'])
  await stranger.stop()
  const late = await listen(desk.url, noura.cookie, seen?.id)
  await expect.poll(() => late.events.map(({ event }) => event)).toEqual(['reset'])
  await late.stop()
})
