/** Files both ways. */
import { Input } from 'telegraf'
import { expect, test } from 'vitest'
import { openBot, refusal, token } from './open-bot.ts'

// Every byte there is, and what could be taken for the end of a part.
const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, n) => n)), Buffer.from('\r\n--\r\n----x--\r\n')])

const openChat = async (options = {}) => {
  const opened = await openBot(options)
  const person = opened.bot.person(7)
  person.says('سلام')
  return { ...opened, person }
}

test('a document goes out in parts, byte for byte, with its caption, name and buttons', async () => {
  const { telegram, person, api } = await openChat()
  const message = await telegram.sendDocument(7, Input.fromBuffer(bytes, 'إيصال.pdf'), {
    caption: '<b>إيصال</b> الطلب',
    parse_mode: 'HTML',
    reply_markup: { inline_keyboard: [[{ text: 'تم', callback_data: 'ok' }]] },
  })
  expect(message).toMatchObject({ document: { file_name: 'إيصال.pdf', file_size: bytes.length }, caption: 'إيصال الطلب' })
  expect(person.messages()).toMatchObject([
    { text: 'إيصال الطلب', html: '<b>إيصال</b> الطلب', buttons: [['تم']], file: { kind: 'document', name: 'إيصال.pdf', bytes } },
  ])
  expect(api.log()[0]?.payload).toMatchObject({ document: { name: 'إيصال.pdf', size: bytes.length } })
})

test('the same file again by its id; an id of another kind is none', async () => {
  const { telegram, person } = await openChat()
  const { document } = await telegram.sendDocument(7, Input.fromBuffer(bytes, 'a.pdf'))
  await telegram.sendDocument(7, document.file_id)
  expect(person.messages()[1]?.file?.bytes).toEqual(bytes)
  expect((await refusal(telegram.sendPhoto(7, document.file_id))).code).toBe(400)
  expect((await refusal(telegram.sendDocument(7, 'nothing'))).description).toBe('Bad Request: wrong file identifier/HTTP URL specified')
})

test('photo, voice and video are sent too; nothing, too much and too long a caption are not', async () => {
  const { telegram, person, call } = await openChat({ uploadLimit: 1000 })
  await telegram.sendPhoto(7, Input.fromBuffer(bytes))
  await telegram.sendVoice(7, Input.fromBuffer(bytes))
  await telegram.sendVideo(7, Input.fromBuffer(bytes))
  expect(person.messages().map(({ file }) => file?.kind)).toEqual(['photo', 'voice', 'video'])
  expect((await refusal(telegram.sendDocument(7, Input.fromBuffer(Buffer.alloc(1001), 'a')))).code).toBe(413)
  expect((await refusal(telegram.sendDocument(7, Input.fromBuffer(Buffer.alloc(0), 'a')))).description).toContain('file must be non-empty')
  expect((await call('sendDocument', { chat_id: 7 })).status).toBe(400)
  const caption = 'س'.repeat(1025)
  expect((await refusal(telegram.sendDocument(7, Input.fromBuffer(bytes, 'a'), { caption }))).description).toBe(
    'Bad Request: message caption is too long',
  )
})

test('what a person sends is fetched by its path', async () => {
  const { telegram, person, poll } = await openChat()
  const id = person.sends('document', { bytes, name: 'هوية.pdf', mime: 'application/pdf' }, 'هويتي')
  const [update] = await poll(id)
  expect(update?.message).toMatchObject({
    caption: 'هويتي',
    document: { file_name: 'هوية.pdf', mime_type: 'application/pdf', file_size: bytes.length },
  })
  const link = await telegram.getFileLink(update?.message?.document?.file_id ?? '')
  expect(link.pathname).toMatch(new RegExp(`^/file/bot${token}/documents/file_\\d+\\.pdf$`))
  expect(Buffer.from(await (await fetch(link)).arrayBuffer())).toEqual(bytes)
  expect((await fetch(`${link.origin}/file/bot${token}/documents/none`)).status).toBe(404)
})

test('each kind of message looks like its kind', async () => {
  const { person, poll } = await openChat()
  const first = person.sends('photo')
  person.sends('voice')
  person.sends('video')
  person.sends('sticker')
  person.sends('location')
  person.sends('contact')
  const messages = (await poll(first)).map(({ message }) => message)
  expect(messages.map((message) => Object.keys(message ?? {})[0])).toEqual(['photo', 'voice', 'video', 'sticker', 'location', 'contact'])
  expect(messages[0]?.photo).toHaveLength(2)
  expect(messages[5]?.contact).toMatchObject({ phone_number: '966500000000', user_id: 7 })
})

test('above 20 MB Telegram hands nothing over; a size that was not told true is found out by counting', async () => {
  const { telegram, person, poll } = await openChat()
  const id = person.sends('document', { bytes, declaredSize: 20 * 1024 * 1024 + 1 })
  person.sends('document', { bytes, declaredSize: 3 })
  const [big, lying] = (await poll(id)).map(({ message }) => message?.document)
  expect(big?.file_size).toBe(20 * 1024 * 1024 + 1)
  expect((await refusal(telegram.getFile(big?.file_id ?? ''))).description).toBe('Bad Request: file is too big')
  expect(await telegram.getFile(lying?.file_id ?? '')).toMatchObject({ file_size: 3 })
  const body = await (await fetch(await telegram.getFileLink(lying?.file_id ?? ''))).arrayBuffer()
  expect(body.byteLength).toBe(bytes.length)
  expect((await refusal(telegram.getFile('nothing'))).description).toBe('Bad Request: invalid file_id')
})
