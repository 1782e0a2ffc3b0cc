import { afterAll } from 'vitest'
import { type ConsolePayload, createConsoleChannel, layOut } from '../../src/channels/console/channel.ts'
import { createBotApi } from '../../src/channels/telegram/api.ts'
import { createTelegramChannel } from '../../src/channels/telegram/channel.ts'
import { writePress } from '../../src/channels/telegram/press.ts'
import type { TelegramUpdate } from '../../src/channels/telegram/update.ts'
import { createWebChatChannel, type WebChatPayload } from '../../src/channels/web-chat/channel.ts'
import type { Content } from '../../src/core/engine/input.ts'
import { startBotApi } from '../support/bot-api/server.ts'
import { describeChannel } from './describe-channel.ts'

const at = '2026-11-24T07:00:00.000Z'

describeChannel<WebChatPayload>({
  kind: 'web-chat',
  open: () => {
    const channel = createWebChatChannel()
    const seen: { to: string; text: string; options: string[] }[] = []
    for (const person of ['person-1', 'person-2']) {
      channel.listen(
        person,
        ({ external, message }) => void seen.push({ to: external, text: message.text, options: message.options.map(({ label }) => label) }),
      )
    }
    return { channel, seen: () => seen, close: async () => {} }
  },
  payload: (content, id) => ({ visitor: 'person-1', clientId: id, at, content }),
})

describeChannel<ConsolePayload>({
  kind: 'console',
  open: () => {
    const seen: { to: string; text: string; options: string[] }[] = []
    const channel = createConsoleChannel((message, to) => {
      // What stands in the terminal: the text, then one numbered line for each option.
      const lines = layOut(message).split('\n')
      const options = lines.splice(lines.length - message.options.length).map((line) => line.replace(/^[٠-٩]+\. /, ''))
      seen.push({ to, text: lines.join('\n'), options })
    })
    return { channel, seen: () => seen, close: async () => {} }
  },
  payload: (content, id) => ({ person: 'person-1', id, at, content }),
})

const botApi = await startBotApi()
afterAll(() => botApi.close())
let bots = 0
const chats: Record<string, number> = { 'person-1': 7001, 'person-2': 7002 }

describeChannel<TelegramUpdate>({
  kind: 'telegram',
  open: () => {
    bots += 1
    const token = `${5000 + bots}:AAcontract_token_of_the_right_shape`
    const bot = botApi.bot(token)
    for (const id of Object.values(chats)) bot.person(id).says('السلام عليكم')
    const api = createBotApi({ token, apiRoot: botApi.url })
    const channel = createTelegramChannel({
      api,
      readFile: async () => Buffer.from(''),
      groupLine: '',
      hide: (id) => `h${id}`,
      now: () => new Date(at),
    })
    return {
      // Telegram calls people by numbers.
      channel: { ...channel, send: (to, message, id) => channel.send({ external: String(chats[to.external]) }, message, id) },
      seen: () =>
        Object.entries(chats).flatMap(([to, id]) =>
          bot
            .person(id)
            .messages()
            .map(({ text, buttons }) => ({ to, text, options: buttons.flat() })),
        ),
      close: async () => {},
    }
  },
  payload: (content, id) => {
    const number = Number(id.replace(/\D/g, ''))
    const from = { id: 7001, is_bot: false, first_name: 'x' }
    const chat = { id: 7001, type: 'private' }
    if (content.kind === 'choice') {
      const data = writePress(content.promptId, content.optionId)
      return { update_id: number, callback_query: { id, from, message: { message_id: 1, date: 0, chat }, data } }
    }
    if ('file' in content) return 'Telegram names a file and does not hand it over: test/integration/telegram fetches it'
    return { update_id: number, message: { message_id: number, date: 1, from, chat, ...fieldsOf(content) } }
  },
})

const fieldsOf = (content: Exclude<Content, { file: unknown } | { kind: 'choice' }>): object => {
  switch (content.kind) {
    case 'text':
    case 'edit':
      return { text: content.text }
    case 'start':
      return { text: '/start' }
    case 'location':
      return { location: { latitude: content.latitude, longitude: content.longitude } }
    case 'sticker':
      return { sticker: { file_id: 'S' } }
    case 'contact':
      return { contact: { phone_number: '966500000000', first_name: 'x' } }
    case 'unknown':
      return { poll: { id: '1' } }
    default:
      return content satisfies never
  }
}
