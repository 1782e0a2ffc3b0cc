/** The bot itself, its tokens and its menu. */
import { expect, test } from 'vitest'
import { openBot } from './open-bot.ts'

test('a bot is who it was registered as', async () => {
  const { telegram } = await openBot()
  expect(await telegram.getMe()).toMatchObject({ id: 4242, is_bot: true, username: 'sila_test_bot' })
})

test('a token nobody registered gets 401, one that is none 404, and so does a method that is none', async () => {
  const { api, call } = await openBot()
  const ask = async (path: string) => {
    const response = await fetch(`${api.url}${path}`)
    return [response.status, await response.json()]
  }
  expect(await ask('/bot1:unknown/getMe')).toEqual([401, { ok: false, error_code: 401, description: 'Unauthorized' }])
  expect(await ask('/botnonsense/getMe')).toEqual([404, { ok: false, error_code: 404, description: 'Not Found' }])
  expect(await ask('/')).toEqual([404, { ok: false, error_code: 404, description: 'Not Found' }])
  expect((await call('sendNothing')).body).toEqual({ ok: false, error_code: 404, description: 'Not Found: method not found' })
})

test('commands are kept by scope and language', async () => {
  const { bot, telegram } = await openBot()
  const arabic = [{ command: 'menu', description: 'القائمة' }]
  const english = [{ command: 'menu', description: 'Menu' }]
  const scope = { type: 'all_private_chats' } as const
  await telegram.setMyCommands(arabic, { scope })
  await telegram.setMyCommands(english, { scope, language_code: 'en' })
  expect(await telegram.getMyCommands({ scope })).toEqual(arabic)
  expect(await telegram.getMyCommands({ scope, language_code: 'en' })).toEqual(english)
  expect(await telegram.getMyCommands({})).toEqual([])
  expect([...bot.commands().values()]).toEqual([arabic, english])
  await telegram.deleteMyCommands({ scope })
  expect(await telegram.getMyCommands({ scope })).toEqual([])
  await expect(telegram.setMyCommands([{ command: 'القائمة', description: 'لا' }])).rejects.toThrow('BOT_COMMAND_INVALID')
})

test('descriptions are accepted', async () => {
  const { telegram } = await openBot()
  expect(await telegram.setMyDescription('صلة', 'ar')).toBe(true)
  expect(await telegram.setMyShortDescription('صلة')).toBe(true)
})
