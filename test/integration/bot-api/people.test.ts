/** What people do, and the updates that tell of it. */
import { expect, test } from 'vitest'
import { openBot, refusal } from './open-bot.ts'

const yes = { inline_keyboard: [[{ text: 'نعم', callback_data: 'y' }]] }

test('texts, commands and deep links', async () => {
  const { bot, poll } = await openBot()
  const person = bot.person(7, { firstName: 'سارة', languageCode: 'en' })
  person.says('أرسل /help ثم a/b')
  person.starts()
  person.starts('link_Ab-12')
  person.says('/menu@sila_test_bot الآن')
  const messages = (await poll()).map(({ message }) => message)
  expect(messages.map((message) => [message?.text, message?.entities])).toEqual([
    ['أرسل /help ثم a/b', [{ type: 'bot_command', offset: 5, length: 5 }]],
    ['/start', [{ type: 'bot_command', offset: 0, length: 6 }]],
    ['/start link_Ab-12', [{ type: 'bot_command', offset: 0, length: 6 }]],
    ['/menu@sila_test_bot الآن', [{ type: 'bot_command', offset: 0, length: 19 }]],
  ])
  expect(messages[0]).toMatchObject({
    from: { id: 7, is_bot: false, first_name: 'سارة', language_code: 'en' },
    chat: { id: 7, type: 'private', first_name: 'سارة' },
  })
})

test('a press carries the message it was made on, and is answered once seen', async () => {
  const { bot, telegram, poll } = await openBot()
  const person = bot.person(7)
  person.says('سلام')
  await telegram.sendMessage(7, 'أول', { reply_markup: yes })
  const second = await telegram.sendMessage(7, 'ثانٍ', { reply_markup: yes })
  const id = person.presses('نعم')
  const [update] = await poll(id)
  expect(update?.callback_query).toMatchObject({ from: { id: 7 }, data: 'y', message: { message_id: second.message_id, text: 'ثانٍ' } })
  await telegram.answerCbQuery(update?.callback_query?.id ?? '', 'تم', { show_alert: true })
  expect(person.callbackAnswers()).toMatchObject([{ text: 'تم', alert: true, url: null }])
  expect(() => person.presses('لا')).toThrow('nothing in chat 7 shows "لا"')
})

test('a press on an old message: its button is gone, or Telegram knows no more than its id', async () => {
  const { bot, telegram, poll } = await openBot()
  const person = bot.person(7)
  person.says('سلام')
  const { message_id } = await telegram.sendMessage(7, 'أول', { reply_markup: yes })
  await telegram.editMessageReplyMarkup(7, message_id, undefined, undefined)
  expect(() => person.presses('نعم')).toThrow()
  const id = person.presses({ data: 'y', messageId: message_id })
  person.presses({ data: 'y', messageId: message_id, inaccessible: true })
  const [gone, inaccessible] = await poll(id)
  expect(gone?.callback_query).toMatchObject({ data: 'y', message: { message_id, text: 'أول' } })
  expect(inaccessible?.callback_query?.message).toEqual({ chat: { id: 7, type: 'private', first_name: 'شخص 7' }, message_id, date: 0 })
})

test('a press can be answered for 150 seconds', async () => {
  let now = Date.now()
  const { bot, telegram, poll } = await openBot({ now: () => now })
  const person = bot.person(7)
  person.says('سلام')
  await telegram.sendMessage(7, 'أول', { reply_markup: yes })
  const id = person.presses('نعم')
  const query = (await poll(id))[0]?.callback_query?.id ?? ''
  now += 149_999
  await telegram.answerCbQuery(query)
  now += 1
  const late = 'Bad Request: query is too old and response timeout expired or query ID is invalid'
  expect((await refusal(telegram.answerCbQuery(query))).description).toBe(late)
  expect((await refusal(telegram.answerCbQuery('1'))).description).toBe(late)
})

test('an edit comes as edited_message with the same id', async () => {
  const { bot, poll } = await openBot()
  const person = bot.person(7)
  person.says('سلم')
  const messageId = person.lastMessageId()
  const id = person.edits(messageId, 'سلام')
  expect((await poll(id))[0]?.edited_message).toMatchObject({ message_id: messageId, text: 'سلام', edit_date: expect.any(Number) })
})

test('who blocks the bot hears nothing more, until they come back', async () => {
  const { bot, telegram, poll } = await openBot()
  const person = bot.person(7)
  person.says('سلام')
  const id = person.blocks()
  const refused = await refusal(telegram.sendMessage(7, 'أهلًا'))
  expect([refused.code, refused.description]).toEqual([403, 'Forbidden: bot was blocked by the user'])
  person.unblocks()
  expect((await telegram.sendMessage(7, 'أهلًا')).text).toBe('أهلًا')
  const changes = (await poll(id)).map(({ my_chat_member }) => my_chat_member?.new_chat_member)
  expect(changes).toMatchObject([
    { status: 'kicked', user: { id: 4242 } },
    { status: 'member', user: { id: 4242 } },
  ])
  person.blocks()
  const back = person.starts()
  expect((await poll(back - 1)).map(({ my_chat_member, message }) => my_chat_member?.new_chat_member.status ?? message?.text)).toEqual([
    'member',
    '/start',
  ])
  person.deactivates()
  expect((await refusal(telegram.sendMessage(7, 'أهلًا'))).description).toBe('Forbidden: user is deactivated')
})

test('groups speak too', async () => {
  const { bot, telegram, poll } = await openBot()
  const group = bot.group(-1_001_234_567_890, 'الحي')
  const id = group.says('/start@sila_test_bot', { id: 7 })
  expect((await poll(id))[0]?.message).toMatchObject({
    chat: { id: -1_001_234_567_890, type: 'supergroup', title: 'الحي' },
    from: { id: 7 },
  })
  await telegram.sendMessage(group.id, 'أهلًا')
  expect(group.messages().map(({ text }) => text)).toEqual(['أهلًا'])
  group.kicks()
  expect((await refusal(telegram.sendMessage(group.id, 'أهلًا'))).description).toBe('Forbidden: bot was kicked from the supergroup chat')
})

test('waiting for what does not come says what came', async () => {
  const { bot, telegram } = await openBot()
  const person = bot.person(7)
  person.says('سلام')
  await telegram.sendMessage(7, 'أهلًا')
  expect(await person.waitFor((shown) => shown.some(({ text }) => text === 'أهلًا'))).toHaveLength(1)
  await expect(person.waitFor(2, 30)).rejects.toThrow('not 2 messages within 30 ms, but 1:\n  أهلًا')
})
