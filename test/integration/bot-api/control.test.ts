/** The server in a process of its own, and the load it plays. */
import { Telegram } from 'telegraf'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drive } from '../../support/bot-api/drive.ts'
import { type BotApiProcess, startBotApiProcess } from '../../support/bot-api/process.ts'
import { openBot } from './open-bot.ts'

let remote: BotApiProcess
beforeAll(async () => {
  remote = await startBotApiProcess({ pollHoldMs: 0, pollSingleMs: 0 })
})
afterAll(() => remote.stop())

/** A bot of its own for each test. */
const openRemote = async (id: number) => {
  const token = `${id}:AAremote`
  await remote.control('bot', { token, username: 'sila_test_bot' })
  const { next: from } = await remote.control('log', {})
  return { token, from, telegram: new Telegram(token, { apiRoot: remote.url }) }
}

test('people act through the plane, and what the bot did is read there', async () => {
  const { token, from, telegram } = await openRemote(1)
  const sends = { person: 8, does: 'sends', kind: 'document', base64: Buffer.from('سر').toString('base64'), name: 'سر.txt' } as const
  const { updates } = await remote.control('act', { token, acts: [{ person: 7, does: 'starts' }, sends] })
  const seen = await telegram.getUpdates(0, 100, 0, undefined)
  expect(seen.map(({ update_id }) => update_id)).toEqual(updates)
  await telegram.sendMessage(7, 'أهلًا', { reply_markup: { inline_keyboard: [[{ text: 'نعم', callback_data: 'y' }]] } })
  await remote.control('act', { token, acts: [{ person: 7, does: 'presses', label: 'نعم' }] })
  expect((await remote.control('waitFor', { token, person: 7, count: 1 })).messages).toMatchObject([{ text: 'أهلًا', buttons: [['نعم']] }])
  expect((await remote.control('messages', { token, person: 8 })).messages).toEqual([])
  const { entries, next } = await remote.control('log', { from: from + 1 })
  expect(entries).toMatchObject([{ method: 'sendMessage', chat: 7, outcome: { accepted: true } }])
  expect((await remote.control('log', { from: next })).entries).toEqual([])
  expect((await remote.control('updates', { token })).updates.map(({ deliveries }) => deliveries)).toEqual([1, 1, 0])
})

test('faults are ordered through the plane, and their hits read', async () => {
  const { token, telegram } = await openRemote(2)
  const { hits } = await remote.control('faults', { token, add: [{ method: 'getMe', count: 1, fault: { kind: 'answer', status: 500 } }] })
  expect(hits).toEqual([0])
  await expect(telegram.getMe()).rejects.toThrow('500')
  expect((await telegram.getMe()).id).toBe(2)
  expect((await remote.control('faults', { token })).hits).toEqual([1])
  await remote.control('faults', { token, clear: true, paused: true })
  await remote.control('act', { token, acts: [{ person: 7, does: 'says', text: 'سلام' }] })
  expect(await telegram.getUpdates(0, 100, 0, undefined)).toEqual([])
  await remote.control('faults', { token, paused: false })
  expect(await telegram.getUpdates(0, 100, 0, undefined)).toHaveLength(1)
})

test('a mistake is told, and a name that is none', async () => {
  const { token } = await openRemote(3)
  await expect(remote.control('act', { token, acts: [{ person: 7, does: 'presses', label: 'نعم' }] })).rejects.toThrow('shows "نعم"')
  expect((await fetch(`${remote.url}/control/nothing`, { method: 'POST' })).status).toBe(404)
})

test('a drive plays every chat to its end, each line after the answer to the one before', async () => {
  const { bot, telegram } = await openBot()
  const heard = new Map<number, string[]>()
  let most = 0
  const talking = new Set<number>()
  const stop = new AbortController()
  const echo = async () => {
    let offset = 0
    while (!stop.signal.aborted) {
      const updates = await telegram.getUpdates(1, 100, offset, undefined)
      for (const update of updates) {
        offset = Math.max(offset, update.update_id + 1)
        const chat = 'message' in update ? update.message.chat.id : 'callback_query' in update ? update.callback_query.from.id : 0
        const said =
          'message' in update && 'text' in update.message
            ? update.message.text
            : 'callback_query' in update && 'data' in update.callback_query
              ? update.callback_query.data
              : ''
        heard.set(chat, [...(heard.get(chat) ?? []), said])
        talking.add(chat)
        most = Math.max(most, talking.size)
        if (said === 'وداعًا') talking.delete(chat)
        if (said === 'صامت') continue
        await telegram.sendMessage(chat, said, { reply_markup: { inline_keyboard: [[{ text: 'نعم', callback_data: 'y' }]] } })
        if (said === 'y') await telegram.sendMessage(chat, 'ثانية')
      }
    }
  }
  const echoing = echo()
  const script = [{ starts: 'x' }, { presses: 'نعم', replies: 2 }, { says: 'وداعًا' }]
  const report = await drive(bot, { chats: 12, concurrency: 3, script, firstChat: 100 })
  expect(report).toMatchObject({
    completed: 12,
    stalled: 0,
    lines: 36,
    reply: { count: 36 },
    acknowledgement: { count: expect.any(Number) },
  })
  expect([...heard.keys()].toSorted()).toEqual(Array.from({ length: 12 }, (_, n) => 100 + n))
  expect([...heard.values()]).toEqual(Array(12).fill(['/start x', 'y', 'وداعًا']))
  expect(most).toBe(3)
  const last = bot.updates().find(({ update }) => update.message?.text === 'وداعًا' && update.message.chat.id === 100)
  const second = bot.person(100).messages()[2]
  expect(second?.text).toBe('ثانية')
  expect(last?.update.message?.message_id).toBeGreaterThan(second?.id ?? Number.POSITIVE_INFINITY)
  expect(report.reply.p50).toBeGreaterThan(0)
  expect(report.reply.p50).toBeLessThanOrEqual(report.reply.max)
  const silent = await drive(bot, { chats: 1, concurrency: 1, script: [{ says: 'صامت' }], stallMs: 100, firstChat: 200 })
  expect(silent).toMatchObject({ completed: 0, stalled: 1, lines: 0 })
  stop.abort()
  await echoing
})
