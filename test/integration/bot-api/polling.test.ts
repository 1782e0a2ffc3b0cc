/** getUpdates of the local Bot API, asked by telegraf's own client. */
import { Telegram } from 'telegraf'
import { afterEach, expect, test } from 'vitest'
import { type BotApi, startBotApi } from '../../support/bot-api/server.ts'

const token = '4242:AAtest_token-of-the-right-shape'
let api: BotApi
const start = async (options = {}) => {
  api = await startBotApi({ conflictHoldMs: 50, ...options })
  return { bot: api.bot(token, { username: 'sila_test_bot' }), telegram: new Telegram(token, { apiRoot: api.url }) }
}
afterEach(() => api.close())

const poll = (telegram: Telegram, offset?: number, timeout = 0, limit = 100) => telegram.getUpdates(timeout, limit, offset ?? 0, undefined)

test('a bot is who it was registered as', async () => {
  const { telegram } = await start()
  expect(await telegram.getMe()).toMatchObject({ id: 4242, is_bot: true, username: 'sila_test_bot' })
})

test('what is not confirmed comes again; an offset forgets what lies below', async () => {
  const { bot, telegram } = await start()
  const person = bot.person(7)
  const ids = [person.says('أولًا'), person.says('ثانيًا'), person.says('ثالثًا')]
  expect((await poll(telegram)).map(({ update_id }) => update_id)).toEqual(ids)
  expect(ids[1]).toBe((ids[0] ?? 0) + 1)
  expect((await poll(telegram, ids[1])).map(({ update_id }) => update_id)).toEqual(ids.slice(1))
  expect((await poll(telegram, 0)).map(({ update_id }) => update_id)).toEqual(ids.slice(1))
  expect(bot.updates().map(({ deliveries, confirmedAt }) => [deliveries, confirmedAt !== null])).toEqual([
    [1, true],
    [3, false],
    [3, false],
  ])
})
