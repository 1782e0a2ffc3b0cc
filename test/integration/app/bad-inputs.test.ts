/** Whatever people send is stored once, answered kindly, and never breaks the turn: on the real database. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Slug } from '../../../src/core/ids.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'
import { createAppPlayer, createMailbox, createTestClock } from '../../support/app-player.ts'
import { openTestApplication, type TestApplication } from '../../support/application.ts'

const masakin = Slug.parse('masakin')
const clock = createTestClock('2026-11-24T10:00:00+03:00')
const mailbox = createMailbox()
let opened: TestApplication

beforeAll(async () => {
  opened = await openTestApplication({
    releases: loadReleases(masakin, true),
    clock,
    channels: [mailbox.channel],
    window: { text: 0, media: 0 },
  })
})
afterAll(() => opened.close())

interface BadInput {
  id: string
  payload: string
}
const file = fileURLToPath(new URL('../../core/text/bad-inputs.jsonl', import.meta.url))
const cases = [
  ...readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BadInput),
  { id: 'size.huge', payload: 'ا'.repeat(65_536) },
  { id: 'size.tatweel', payload: `مـ${'ـ'.repeat(10_000)}ساعدة` },
  { id: 'unicode.nul', payload: 'طلب\u0000مساعدة' },
  { id: 'unicode.surrogates', payload: '\ude00\ud83d' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a person may type it
  { id: 'markup.templates', payload: '{{7*7}} ${7*7} <%= 7*7 %> %s $t(common:yes) {{reference}}' },
  { id: 'markup.html', payload: '</style><script>alert(1)</script><img src=x onerror=1>' },
].map(({ id, payload }) => ({ id, text: payload }))

/** What was said before, so that the input meets a question of each kind. */
const places: Record<string, string[]> = {
  nothing: [],
  'a choice': ['ابي دعم'],
  'a name': ['ابي دعم', '١', 'أوافق', '٣'],
  'an id': ['ابي دعم', '١', 'أوافق', '٣', 'خالد محمد العتيبي'],
  'a number': ['ابي دعم', '١', 'أوافق', '٣', 'خالد محمد العتيبي', '١٠٠٠٠٠٠٠٠٨', '0500000001', 'الرياض'],
}

test.each(Object.entries(places))('at %s', { timeout: 60_000 }, async (_place, before) => {
  expect(cases.length).toBeGreaterThan(20)
  for (const { id, text } of cases) {
    const player = await createAppPlayer(opened.application, mailbox, clock, masakin, { text: 0, media: 0 })
    for (const said of before) await player.person(said)
    player.take()
    await player.person(text)
    const lines = player.take()
    for (const line of lines)
      if ('آلي' in line) expect({ id, said: line.آلي }).toEqual({ id, said: expect.not.stringMatching(/undefined|NaN|\[object/) })
    const conversation = await player.conversation()
    const { rows } = await opened.pools.owner.query<{ state: string; disposition: string }>(
      'select state, disposition from inbox where conversation_id = $1',
      [conversation],
    )
    expect({ id, rows: rows.length }).toEqual({ id, rows: before.length + 1 })
    expect({ id, taken: rows.every(({ state, disposition }) => state === 'taken' && disposition !== null) }).toEqual({ id, taken: true })
  }
})

test('the same update delivered five times at once is one turn', async () => {
  const account = await opened.application.account(masakin, 'console')
  const update = {
    external: 'five-times',
    externalId: 'same-id',
    at: clock.now().toISOString(),
    content: { kind: 'text' as const, text: 'السلام عليكم' },
    phone: null,
  }
  const results = await Promise.all(
    Array.from({ length: 5 }, () => opened.application.runner.receive({ association: masakin, account, update })),
  )
  await opened.application.idle()
  expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
  expect(mailbox.read('five-times')).toHaveLength(1)
})

test('two hundred messages of one person in a burst: all stored in order, few answers', { timeout: 60_000 }, async () => {
  const window = { text: 120, media: 120 }
  const busy = await openTestApplication({ releases: loadReleases(masakin, true), clock, channels: [mailbox.channel], window })
  const account = await busy.application.account(masakin, 'console')
  const send = (n: number) =>
    busy.application.runner.receive({
      association: masakin,
      account,
      update: {
        external: 'flood',
        externalId: `f-${n}`,
        at: clock.now().toISOString(),
        content: { kind: 'text', text: `كلام متتابع ${n}` },
        phone: null,
      },
    })
  for (let n = 0; n < 200; n += 1) await send(n)
  await busy.application.idle()
  const { rows } = await busy.pools.owner.query<{ external_id: string; state: string }>('select external_id, state from inbox order by id')
  expect(rows.map(({ external_id }) => external_id)).toEqual(Array.from({ length: 200 }, (_, n) => `f-${n}`))
  expect(rows.every(({ state }) => state === 'taken')).toBe(true)
  expect(mailbox.read('flood').length).toBeLessThanOrEqual(3)
  await busy.close()
})
