/** Telegram's limits on sending. */
import { expect, test } from 'vitest'
import { openBot, refusal } from './open-bot.ts'

test('a chat hears one message in its time, and who goes beyond is told to wait and noted', async () => {
  let now = 1_800_000_000_000
  const { bot, telegram } = await openBot({ now: () => now })
  bot.person(7).says('سلام')
  bot.person(8).says('سلام')
  bot.limit({ chat: { count: 1, windowMs: 1_000 } })
  await telegram.sendMessage(7, '١')
  await telegram.sendMessage(8, '١')
  expect((await refusal(telegram.sendMessage(7, '٢'))).parameters).toEqual({ retry_after: 1 })
  expect(bot.violations()).toEqual([{ at: now, scope: 'chat', chat: 7 }])
  now += 1_000
  await telegram.sendMessage(7, '٢')
  expect(
    bot
      .person(7)
      .messages()
      .map(({ text }) => text),
  ).toEqual(['١', '٢'])
})

test('all chats together have a limit, and what was refused does not count', async () => {
  let now = 1_800_000_000_000
  const { bot, telegram } = await openBot({ now: () => now })
  for (let id = 1; id <= 4; id++) bot.person(id).says('سلام')
  bot.limit({ global: { count: 3, windowMs: 1_000 }, retryAfter: 5 })
  for (let id = 1; id <= 3; id++) await telegram.sendMessage(id, 'أهلًا')
  for (let n = 0; n < 5; n++) expect((await refusal(telegram.sendMessage(4, 'أهلًا'))).parameters).toEqual({ retry_after: 5 })
  expect(bot.violations().map(({ scope }) => scope)).toEqual(Array(5).fill('global'))
  now += 1_000
  await telegram.sendMessage(4, 'أهلًا')
  bot.limit(null)
  for (let n = 0; n < 10; n++) await telegram.sendMessage(4, String(n))
})
