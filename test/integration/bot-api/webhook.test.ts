/** Webhook pushes: lines, tries, secrets, replies. */
import type { ServerResponse } from 'node:http'
import { expect, test, vi } from 'vitest'
import { openBot, openHook, pause, refusal } from './open-bot.ts'

const yes = { inline_keyboard: [[{ text: 'نعم', callback_data: 'y' }]] }
const kindsOf = (deliveries: { update: object }[]) => deliveries.map(({ update }) => Object.keys(update)[1])

test('updates are pushed with the secret, those from before too, and then they are confirmed', async () => {
  const { bot, telegram } = await openBot()
  const hook = await openHook()
  const person = bot.person(7)
  const before = person.says('قبل')
  await telegram.setWebhook(hook.url, { secret_token: 'a-secret_1' })
  const after = person.says('بعد')
  const deliveries = await hook.until(2)
  expect(deliveries.map(({ update }) => update.update_id)).toEqual([before, after])
  expect(deliveries.map(({ headers }) => headers['x-telegram-bot-api-secret-token'])).toEqual(['a-secret_1', 'a-secret_1'])
  expect(deliveries[0]?.headers['content-type']).toBe('application/json')
  await vi.waitFor(() => expect(bot.updates().map(({ confirmedAt }) => confirmedAt)).not.toContain(null))
  expect(bot.updates().map(({ deliveries: count }) => count)).toEqual([1, 1])
  expect(bot.webhook()).toEqual({ url: hook.url, secret: 'a-secret_1' })
  expect(await telegram.getWebhookInfo()).toMatchObject({ url: hook.url, pending_update_count: 0, max_connections: 40 })
})

test('one chat has one delivery in flight, in order; chats do not wait for each other', async () => {
  const { bot, telegram } = await openBot()
  const held: ServerResponse[] = []
  const hook = await openHook((_delivery, response) => held.push(response))
  await telegram.setWebhook(hook.url)
  const sent = [bot.person(7).says('١'), bot.person(7).says('٢'), bot.person(8).says('٣')]
  await hook.until(2)
  await pause(50)
  expect(hook.deliveries.map(({ update }) => update.update_id)).toEqual([sent[0], sent[2]])
  held[0]?.end()
  await hook.until(3)
  expect(hook.deliveries[2]?.update.update_id).toBe(sent[1])
})

test("a person's presses and the bot's own standing are lines of their own", async () => {
  const { bot, telegram } = await openBot()
  const person = bot.person(7)
  person.says('سلام')
  await telegram.sendMessage(7, 'أهلًا', { reply_markup: yes })
  const hook = await openHook(() => {})
  await telegram.setWebhook(hook.url, { drop_pending_updates: true })
  person.says('نص')
  person.presses('نعم')
  person.blocks()
  expect(kindsOf(await hook.until(3)).sort()).toEqual(['callback_query', 'message', 'my_chat_member'])
})

test('no more connections than were allowed', async () => {
  const { bot, telegram } = await openBot()
  const held: ServerResponse[] = []
  const hook = await openHook((_delivery, response) => held.push(response))
  await telegram.setWebhook(hook.url, { max_connections: 2 })
  for (let id = 1; id <= 5; id++) bot.person(id).says('سلام')
  await hook.until(2)
  await pause(50)
  expect(hook.deliveries).toHaveLength(2)
  held[0]?.end()
  await hook.until(3)
  await pause(50)
  expect(hook.deliveries).toHaveLength(3)
})

test('a failing update holds its line: at once again, then with doubling pauses', async () => {
  const { bot, telegram } = await openBot({ webhookRetryMs: 100 })
  let failures = 0
  const hook = await openHook((delivery, response) => {
    response.statusCode = delivery.update.message?.text === 'أول' && failures++ < 3 ? 500 : 200
    response.end()
  })
  await telegram.setWebhook(hook.url)
  const person = bot.person(7)
  const sent = [person.says('أول'), person.says('ثانٍ')]
  const deliveries = await hook.until(5)
  expect(deliveries.map(({ update }) => update.update_id)).toEqual([sent[0], sent[0], sent[0], sent[0], sent[1]])
  const gaps = deliveries.slice(1, 4).map(({ at }, n) => at - (deliveries[n]?.at ?? 0))
  expect(gaps[0]).toBeLessThan(190)
  expect(gaps[1]).toBeGreaterThan(190)
  expect(gaps[2]).toBeGreaterThan(390)
  expect((await telegram.getWebhookInfo()).last_error_message).toBe('Wrong response from the webhook: 500 Internal Server Error')
})

test('Retry-After is honoured', async () => {
  const { bot, telegram } = await openBot()
  let first = true
  const hook = await openHook((_delivery, response) => {
    response.writeHead(first ? 503 : 200, { 'retry-after': '1' }).end()
    first = false
  })
  await telegram.setWebhook(hook.url)
  bot.person(7).says('سلام')
  const [one, two] = await hook.until(2)
  expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThan(950)
})

test('no answer in time is a failure, and so is a hook that is not there', async () => {
  const { bot, telegram } = await openBot({ webhookTimeoutMs: 200 })
  let first = true
  const hook = await openHook((_delivery, response) => {
    if (!first) response.end()
    first = false
  })
  await telegram.setWebhook(hook.url)
  bot.person(7).says('سلام')
  const [one, two] = await hook.until(2)
  expect((two?.at ?? 0) - (one?.at ?? 0)).toBeGreaterThan(100)
  expect((await telegram.getWebhookInfo()).last_error_message).toBe('Read timeout expired')
  await telegram.setWebhook('http://127.0.0.1:1/nobody')
  bot.person(7).says('أين أنتم')
  await vi.waitFor(async () => {
    const info = await telegram.getWebhookInfo()
    expect(info.last_error_message).toContain('ECONNREFUSED')
    expect(info.pending_update_count).toBe(1)
  })
})

test('an update that grew too old is given up and its line goes on', async () => {
  const { bot, telegram } = await openBot({ updateLifeMs: 600 })
  const hook = await openHook((delivery, response) => {
    response.statusCode = delivery.update.message?.text === 'سم' ? 500 : 200
    response.end()
  })
  await telegram.setWebhook(hook.url)
  bot.person(7).says('سم')
  await pause(100)
  const good = bot.person(7).says('سلام')
  await vi.waitFor(() => expect(bot.updates()[1]?.confirmedAt).not.toBeNull())
  expect(hook.deliveries.at(-1)?.update.update_id).toBe(good)
  expect(bot.updates().map(({ confirmedAt, lostAt }) => [confirmedAt !== null, lostAt !== null])).toEqual([
    [false, true],
    [true, false],
  ])
})

test('a call in the answer is executed, but none that asks', async () => {
  const { api, bot, telegram } = await openBot()
  const replies = [{ method: 'getMe' }, { method: 'deleteWebhook' }, { method: 'sendMessage', chat_id: 7, text: 'أهلًا' }]
  const hook = await openHook((_delivery, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(replies.shift()))
  })
  await telegram.setWebhook(hook.url)
  const person = bot.person(7)
  for (const _reply of [...replies]) person.says('سلام')
  expect((await person.waitFor(1)).map(({ text }) => text)).toEqual(['أهلًا'])
  expect(api.log().map(({ method }) => method)).toEqual(['setWebhook', 'sendMessage'])
})

test('setWebhook is refused twice in a second, and for a secret or address that cannot be', async () => {
  const { telegram } = await openBot({ setWebhookPauseMs: 1_000 })
  const hook = await openHook()
  expect((await refusal(telegram.setWebhook(hook.url, { secret_token: 'سر' }))).description).toContain('unallowed characters')
  expect((await refusal(telegram.setWebhook('ftp://x'))).code).toBe(400)
  await telegram.setWebhook(hook.url)
  expect((await refusal(telegram.setWebhook(hook.url))).response.parameters).toEqual({ retry_after: 1 })
})
