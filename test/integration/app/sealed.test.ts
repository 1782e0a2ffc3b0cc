/** What the rating says is true: whoever served does not read it in the transcript or in the list. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { showRequest } from '../../../src/app/desk/show-request.ts'
import { RequestId, Slug, StaffId } from '../../../src/core/ids.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'
import { createDeskStore } from '../../../src/store/desk-store.ts'
import { createAppPlayer, createMailbox, createTestClock } from '../../support/app-player.ts'
import { openTestApplication, type TestApplication } from '../../support/application.ts'
import { supportAnswers } from '../../support/support-answers.ts'

const masakin = Slug.parse('masakin')
const clock = createTestClock('2026-11-24T09:00:00+03:00')
const mailbox = createMailbox()
const window = { text: 0, media: 0 }
let opened: TestApplication

beforeAll(async () => {
  opened = await openTestApplication({ releases: loadReleases(masakin, true), clock, channels: [mailbox.channel], window })
})
afterAll(() => opened.close())

test('a rating and its comment are one line without words; before and after stay readable', { timeout: 30_000 }, async () => {
  const player = await createAppPlayer(opened.application, mailbox, clock, masakin, window)
  for (const said of supportAnswers) await player.person(said)
  await player.sends('pdf')
  await player.person('صح')
  await player.person('أوافق')
  await player.takes('نورة')
  await player.releases()
  for (const to of ['complete', 'committee']) await player.moves(to, null)
  await player.moves('approved', 'يتصل بك الموظف')
  await player.moves('delivered', null)
  await player.moves('closed', null)
  await player.wait(6 * 3_600_000)
  for (const said of ['٥', '1', 'كانت المعاملة قاسية', 'وين طلبي']) {
    await player.wait(60_000)
    await player.person(said)
  }
  const { store } = opened.application
  const desk = createDeskStore(store.prisma, store.keyring, clock)
  const { lines, newest } = await desk.conversation(masakin, await player.conversation(), 500)
  const words = JSON.stringify(lines)
  for (const hidden of ['كانت المعاملة قاسية', 'تقييمك حق لك', 'شكرًا على صراحتك']) expect(words).not.toContain(hidden)
  expect(lines.filter(({ kind }) => kind === 'sealed')).toHaveLength(1)
  for (const shown of ['أُغلق الطلب اليوم', 'وين طلبي', 'الإيجار متراكم']) expect(words).toContain(shown)
  expect(newest?.text).not.toContain('قاسية')
  const rows = await desk.conversations(masakin, StaffId.parse(randomUUID()))
  expect(JSON.stringify(rows)).not.toContain('قاسية')
  // The person still reads their own words.
  expect(
    player
      .take()
      .flatMap((line) => ('آلي' in line ? [line.آلي] : []))
      .join('\n'),
  ).toContain('تقييمك حق لك')
})

test('a complaint is one line without words, from the message that brought it on; it stands in its request, without a name', async () => {
  const player = await createAppPlayer(opened.application, mailbox, clock, masakin, window)
  for (const said of [...supportAnswers, 'شكوى', 'المندوب رفع صوته علي', 'وزميله يضحك', 'لا']) {
    await player.person(said)
    await player.wait(60_000)
  }
  const { store, contents } = opened.application
  const desk = createDeskStore(store.prisma, store.keyring, clock)
  const read = async () => desk.conversation(masakin, await player.conversation(), 500)
  const { lines, newest, waitingReason, requests } = await read()
  const words = JSON.stringify([lines, newest, await desk.conversations(masakin, StaffId.parse(randomUUID()))])
  for (const hidden of ['شكوى', 'رفع صوته', 'يضحك', 'نعتذر عمّا مررت', 'سجّلنا شكواك']) expect(words).not.toContain(hidden)
  expect(words).toContain('الإيجار متراكم')
  // Between them stands that the conversation waits for a person.
  expect(lines.flatMap(({ from, kind }) => (from === 'notice' ? [kind] : []))).toEqual(['sealed', 'asked', 'sealed'])
  expect(waitingReason).toBe('complaint')

  const complaint = requests.find(({ service }) => service === 'complaint')
  const show = (id: string | undefined) =>
    showRequest({ store: desk, contents }, { association: masakin, request: RequestId.parse(id), language: 'ar' })
  const shown = await show(complaint?.id)
  expect(shown).toMatchObject({ person: null, declaration: null, way: ['submitted', 'closed'] })
  expect(shown.next).toEqual([{ stage: 'closed', note: 'required', told: true }])
  expect(shown.answers.map(({ label, value }) => [label, value])).toEqual([
    ['ما حدث', 'المندوب رفع صوته علي'],
    ['ذكر الاسم', 'لا، دون اسم'],
    ['تفاصيل لاحقة', 'وزميله يضحك'],
  ])

  // Whoever signs another one is named there, and still not in the first.
  for (const said of ['شكوى', 'لم يرد أحد على اتصالي', 'نعم', 'خالد العتيبي']) await player.person(said)
  const signed = (await read()).requests.find(({ id, service }) => service === 'complaint' && id !== complaint?.id)
  expect(await show(signed?.id)).toMatchObject({ person: 'خالد العتيبي' })
  expect(await show(complaint?.id)).toMatchObject({ person: null })

  // Said to a member of staff who owns the conversation, it is theirs to read.
  await player.person('عندي شكوى')
  await player.takes('نورة')
  await player.person('أكلمك أنت الآن')
  expect(JSON.stringify((await read()).lines)).toContain('أكلمك أنت الآن')
})
