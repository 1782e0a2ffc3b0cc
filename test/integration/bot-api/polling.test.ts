/** getUpdates: the offset is the acknowledgement, one poller at a time. */
import { expect, test } from 'vitest'
import { openBot, openHook, pause, refusal, token } from './open-bot.ts'

const ids = (updates: { update_id: number }[]) => updates.map(({ update_id }) => update_id)

test('what is not confirmed comes again; an offset forgets what lies below', async () => {
  const { bot, poll } = await openBot()
  const person = bot.person(7)
  const sent = [person.says('أولًا'), person.says('ثانيًا'), person.says('ثالثًا')]
  expect(ids(await poll())).toEqual(sent)
  expect(ids(await poll(sent[1]))).toEqual(sent.slice(1))
  expect(ids(await poll())).toEqual(sent.slice(1))
  expect(bot.updates().map(({ deliveries, confirmedAt }) => [deliveries, confirmedAt !== null])).toEqual([
    [1, true],
    [3, false],
    [3, false],
  ])
})

test('ids grow by one; limit cuts; a negative offset keeps only the last', async () => {
  const { bot, poll } = await openBot()
  const person = bot.person(7)
  const sent = Array.from({ length: 5 }, (_, n) => person.says(String(n)))
  expect(sent.map((id) => id - (sent[0] ?? 0))).toEqual([0, 1, 2, 3, 4])
  expect(ids(await poll(0, 2))).toEqual(sent.slice(0, 2))
  expect(ids(await poll(-2))).toEqual(sent.slice(3))
  expect(ids(await poll())).toEqual(sent.slice(3))
})

test('a long poll answers when something comes, and with nothing after its time', async () => {
  const { bot, telegram } = await openBot()
  const begun = performance.now()
  const waiting = telegram.getUpdates(5, 100, 0, undefined)
  await pause(120)
  const id = bot.person(7).says('سلام')
  expect(ids(await waiting)).toEqual([id])
  expect(performance.now() - begun).toBeGreaterThan(110)
  const again = performance.now()
  expect(await telegram.getUpdates(1, 100, id + 1, undefined)).toEqual([])
  expect(performance.now() - again).toBeGreaterThan(950)
})

test('what comes in one moment comes in one batch', async () => {
  const { bot, telegram } = await openBot()
  const waiting = telegram.getUpdates(5, 100, 0, undefined)
  await pause(50)
  const sent = [bot.person(7).says('أ'), bot.person(8).says('ب')]
  expect(ids(await waiting)).toEqual(sent)
})

test('a second poller ends the first with 409; the next 409 is held back', async () => {
  const { telegram, call } = await openBot({ conflictHoldMs: 150 })
  const first = refusal(telegram.getUpdates(5, 100, 0, undefined))
  await pause(200)
  const second = call('getUpdates', { timeout: 5 })
  expect((await first).response).toMatchObject({
    error_code: 409,
    description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  })
  const third = call('getUpdates', { timeout: 1 })
  const begun = performance.now()
  expect((await second).status).toBe(409)
  expect(performance.now() - begun).toBeGreaterThan(140)
  expect((await third).body).toEqual({ ok: true, result: [] })
})

test('no getUpdates while a webhook is active, and setting one ends the poll', async () => {
  const { telegram, poll } = await openBot()
  const hook = await openHook()
  const waiting = refusal(telegram.getUpdates(5, 100, 0, undefined))
  await pause(200)
  await telegram.setWebhook(hook.url)
  expect((await waiting).description).toBe('Conflict: terminated by setWebhook request')
  await expect(poll()).rejects.toThrow(
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  )
  await telegram.deleteWebhook()
  expect(await poll()).toEqual([])
})

test('who asks the same offset again at once gets one update, and waits', async () => {
  const { bot, poll } = await openBot({ pollSingleMs: 400, pollHoldMs: 300 })
  const person = bot.person(7)
  const sent = [person.says('أ'), person.says('ب')]
  expect(ids(await poll(5))).toEqual(sent)
  expect(ids(await poll(5))).toEqual(sent.slice(0, 1))
  expect(ids(await poll((sent[1] ?? 0) + 1))).toEqual([])
  const begun = performance.now()
  expect(await poll((sent[1] ?? 0) + 1)).toEqual([])
  expect(performance.now() - begun).toBeGreaterThan(280)
})

test('only the kinds that are asked for are made; the wish lasts until the next', async () => {
  const { bot, telegram, poll } = await openBot()
  const person = bot.person(7)
  await telegram.getUpdates(0, 100, 0, ['message'])
  expect(person.blocks()).toBe(0)
  const id = person.says('سلام')
  expect(ids(await poll())).toEqual([id])
  await telegram.getUpdates(0, 100, id + 1, [])
  expect(person.blocks()).toBe(id + 1)
})

test('after 24 hours an update is lost, a press after 150 seconds', async () => {
  let now = Date.now()
  const { bot, telegram, poll } = await openBot({ now: () => now })
  const person = bot.person(7)
  person.says('سلام')
  await telegram.sendMessage(7, 'أهلًا', { reply_markup: { inline_keyboard: [[{ text: 'نعم', callback_data: 'y' }]] } })
  person.presses('نعم')
  expect(await poll()).toHaveLength(2)
  now += 149_000
  expect(await poll()).toHaveLength(2)
  now += 1_000
  expect(await poll()).toHaveLength(1)
  now += 24 * 3_600_000
  expect(await poll()).toEqual([])
  expect(bot.updates().map(({ confirmedAt, lostAt }) => [confirmedAt, lostAt])).toEqual([
    [null, now],
    [null, now - 24 * 3_600_000],
  ])
})

test('a poller that has gone takes nothing with it', async () => {
  const { api, bot, poll } = await openBot()
  const gone = new AbortController()
  const lost = fetch(`${api.url}/bot${token}/getUpdates?timeout=5`, { signal: gone.signal })
  await pause(50)
  gone.abort()
  await expect(lost).rejects.toThrow()
  await pause(30)
  const id = bot.person(7).says('سلام')
  await pause(30)
  expect(bot.updates()[0]?.deliveries).toBe(0)
  expect(ids(await poll())).toEqual([id])
})
