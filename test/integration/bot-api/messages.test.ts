/** What the bot sends and edits, and what is refused. */
import { expect, test } from 'vitest'
import { openBot, refusal } from './open-bot.ts'

const openChat = async (options = {}) => {
  const opened = await openBot(options)
  const person = opened.bot.person(7, { firstName: 'سارة', username: 'sara' })
  person.says('سلام')
  return { ...opened, person }
}
const button = (text: string, callback_data: string) => ({ inline_keyboard: [[{ text, callback_data }]] })

test('a message is answered as Telegram answers, and shown to the person', async () => {
  const { telegram, person, api } = await openChat()
  const reply_markup = { inline_keyboard: [[{ text: 'نعم', callback_data: 'y' }], [{ text: 'الموقع', url: 'https://sila.sa' }]] }
  const message = await telegram.sendMessage(7, '<b>أهلًا</b> سارة', { parse_mode: 'HTML', reply_markup })
  expect(message).toEqual({
    message_id: 2,
    date: expect.any(Number),
    from: { id: 4242, is_bot: true, first_name: 'sila_test_bot', username: 'sila_test_bot' },
    chat: { id: 7, type: 'private', first_name: 'سارة', username: 'sara' },
    text: 'أهلًا سارة',
    entities: [{ type: 'bold', offset: 0, length: 5 }],
    reply_markup,
  })
  const [shown] = person.messages()
  expect(shown).toMatchObject({ id: 2, text: 'أهلًا سارة', html: '<b>أهلًا</b> سارة', buttons: [['نعم'], ['الموقع']], edited: false })
  expect(api.log()).toMatchObject([
    { method: 'sendMessage', chat: 7, messageId: 2, ignored: [], outcome: { accepted: true, status: 200, description: null, fault: null } },
  ])
})

test('a parameter that nobody understands is noted', async () => {
  const { call, api } = await openChat()
  await call('sendMessage', { chat_id: 7, text: 'أهلًا', reply_paramters: {} })
  expect(api.log()[0]?.ignored).toEqual(['reply_paramters'])
})

test('JSON, form, query and any case of the name mean the same', async () => {
  const { api, person } = await openChat()
  const base = `${api.url}/bot4242:AAtest_token-of-the-right-shape`
  const form = new URLSearchParams({ chat_id: '7', text: 'نموذج', reply_markup: JSON.stringify(button('نعم', 'y')) })
  const multipart = new FormData()
  multipart.set('chat_id', '7')
  multipart.set('text', 'أجزاء')
  const answers = [
    await fetch(`${base}/SENDmessage?chat_id=7&text=${encodeURIComponent('سؤال')}`),
    await fetch(`${base}/sendmessage`, { method: 'POST', body: form }),
    await fetch(`${base}/sendMessage`, { method: 'POST', body: multipart }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(person.messages().map(({ text, buttons }) => [text, buttons])).toEqual([
    ['سؤال', []],
    ['نموذج', [['نعم']]],
    ['أجزاء', []],
  ])
})

const long = 'س'.repeat(4097)
const refused: [string, object, string][] = [
  ['no text', { chat_id: 7 }, 'message text is empty'],
  ['white space', { chat_id: 7, text: ' \n ' }, 'message text is empty'],
  ['nothing but tags', { chat_id: 7, text: '<b></b>', parse_mode: 'HTML' }, 'message text is empty'],
  ['too long', { chat_id: 7, text: long }, 'message is too long'],
  ['no chat', { text: 'أ' }, 'chat_id is empty'],
  ['a stranger', { chat_id: 99, text: 'أ' }, 'chat not found'],
  ['bad tags', { chat_id: 7, text: 'أ < ب', parse_mode: 'HTML' }, 'can\'t parse entities: Unsupported start tag "" at byte offset 3'],
  ['another mode', { chat_id: 7, text: 'أ', parse_mode: 'Wiki' }, 'unsupported parse_mode'],
  ['data too long', { chat_id: 7, text: 'أ', reply_markup: button('نعم', 'س'.repeat(33)) }, 'BUTTON_DATA_INVALID'],
  ['data empty', { chat_id: 7, text: 'أ', reply_markup: button('نعم', '') }, 'BUTTON_DATA_INVALID'],
  [
    'a button that does nothing',
    { chat_id: 7, text: 'أ', reply_markup: { inline_keyboard: [[{ text: 'نعم' }]] } },
    "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
  ],
  ['markup that is none', { chat_id: 7, text: 'أ', reply_markup: [] }, 'object expected as reply markup'],
  ['an answer to nothing', { chat_id: 7, text: 'أ', reply_parameters: { message_id: 99 } }, 'message to be replied not found'],
]
test.each(refused)('refused: %s', async (_name, payload, complaint) => {
  const { call, person, api } = await openChat()
  expect(await call('sendMessage', payload)).toMatchObject({
    status: 400,
    body: { ok: false, error_code: 400, description: `Bad Request: ${complaint}` },
  })
  expect(person.messages()).toEqual([])
  expect(api.log()[0]?.outcome).toEqual({ accepted: false, status: 400, description: `Bad Request: ${complaint}`, fault: null })
})

test('the longest that fits: tags do not count', async () => {
  const { telegram } = await openChat()
  const message = await telegram.sendMessage(7, `<b>${'س'.repeat(4096)}</b>`, {
    parse_mode: 'HTML',
    reply_markup: button('نعم', 'س'.repeat(32)),
  })
  expect(message.text).toHaveLength(4096)
})

test('nobody hears a bot before they have written to it', async () => {
  const { bot, telegram } = await openBot()
  const person = bot.person(7)
  expect((await refusal(telegram.sendMessage(7, 'أهلًا'))).description).toBe('Bad Request: chat not found')
  person.starts()
  expect((await telegram.sendMessage(7, 'أهلًا')).text).toBe('أهلًا')
})

test('an edit changes the message that is there, and only when there is something to change', async () => {
  const { telegram, person } = await openChat()
  const { message_id } = await telegram.sendMessage(7, 'أول', { reply_markup: button('نعم', 'y') })
  await telegram.editMessageText(7, message_id, undefined, 'ثانٍ', { reply_markup: button('نعم', 'y') })
  expect(person.messages()).toMatchObject([{ id: message_id, text: 'ثانٍ', buttons: [['نعم']], edited: true }])
  const same = await refusal(telegram.editMessageText(7, message_id, undefined, 'ثانٍ', { reply_markup: button('نعم', 'y') }))
  expect(same.description).toContain('Bad Request: message is not modified')
  await telegram.editMessageReplyMarkup(7, message_id, undefined, { inline_keyboard: [] })
  expect(person.messages()[0]?.buttons).toEqual([])
  const again = await refusal(telegram.editMessageReplyMarkup(7, message_id, undefined, undefined))
  expect(again.description).toContain('Bad Request: message is not modified')
  expect((await refusal(telegram.editMessageText(7, 99, undefined, 'ثالث'))).description).toBe('Bad Request: message to edit not found')
  const own = person.lastMessageId()
  expect((await refusal(telegram.editMessageText(7, own, undefined, 'ثالث'))).description).toBe("Bad Request: message can't be edited")
})

test('signs of life are seen', async () => {
  const { telegram, person, call } = await openChat()
  await telegram.sendChatAction(7, 'typing')
  expect(person.actions()).toEqual(['typing'])
  expect((await call('sendChatAction', { chat_id: 7, action: 'sleeping' })).status).toBe(400)
})
