/** The adapter against the local Bot API: what is sent, what is fetched, and what failures are called. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BotApiError, createBotApi } from '../../../src/channels/telegram/api.ts'
import { createTelegramChannel, type TelegramChannel } from '../../../src/channels/telegram/channel.ts'
import { FileId } from '../../../src/core/ids.ts'
import type { AbstractMessage } from '../../../src/ports/channel.ts'
import { DomainError } from '../../../src/ports/errors.ts'
import { type BotApi, type BotSide, type Person, startBotApi } from '../../support/bot-api/server.ts'
import { expectKnownCalls } from './calls.ts'
import { canary, token } from './open-telegram.ts'

let server: BotApi
let bot: BotSide
let person: Person
let channel: TelegramChannel

const picture = FileId.parse('00000000-0000-7000-8000-00000000f001')
const lost = FileId.parse('00000000-0000-7000-8000-00000000f002')
const files: Record<string, Uint8Array> = { [picture]: Buffer.from('bytes of a picture') }

const openChannel = (apiRoot: string): TelegramChannel =>
  createTelegramChannel({
    api: createBotApi({ token, apiRoot, timeoutMs: 1_000 }),
    readFile: async (id) => files[id] ?? Promise.reject(new DomainError('not-found')),
    groupLine: 'في الخاص',
    hide: (id) => `h${id.length}`,
  })

beforeEach(async () => {
  server = await startBotApi()
  bot = server.bot(token)
  person = bot.person(7001)
  person.says('السلام عليكم')
  channel = openChannel(server.url)
})
afterEach(() => {
  expectKnownCalls(server.log())
  return server.close()
})

const message = (text: string, more: Partial<AbstractMessage> = {}): AbstractMessage => ({
  text,
  language: 'ar',
  options: [],
  promptId: null,
  layout: 'list',
  ...more,
})
const labels = (...all: string[]) => all.map((label, index) => ({ id: `o${index + 1}`, n: index + 1, label }))
const prompt = '0197f3c2-7b1e-7abc-8def-000000000001'
const send = (sent: AbstractMessage, id = 'out-1', external = '7001') => channel.send({ external }, sent, id)
const sends = () => server.log().filter(({ method }) => method.startsWith('send'))

describe('what is shown', () => {
  test('words as they are, in HTML mode, without previews', async () => {
    const words = ['<b>تم</b> & *نص* _ت_ &amp; {{name}}', 'رقمه: \u2066MSK-10421\u2069', 'سطر\n\nوسطر 🌿 «نعم» "لا" \'']
    for (const [index, text] of words.entries()) {
      const result = await send(message(text), `out-${index}`)
      expect(result).toEqual({ ok: true, externalId: `h4:${person.messages().at(-1)?.id}` })
    }
    expect(person.messages().map(({ text }) => text)).toEqual(words)
    expect(person.messages()[0]?.html).toBe('&lt;b&gt;تم&lt;/b&gt; &amp; *نص* _ت_ &amp;amp; {{name}}')
    expect(sends()[0]?.payload).toMatchObject({ parse_mode: 'HTML', link_preview_options: { is_disabled: true } })
    expect(sends().flatMap(({ ignored }) => ignored)).toEqual([])
  })

  test('options below each other, two short ones beside each other, a scale in one row with its words above', async () => {
    await send(message('كيف نخدمك؟', { promptId: prompt, options: labels('نبدأ', 'هل تنطبق عليّ الشروط؟', 'سؤال آخر') }))
    await send(message('صحيح؟', { promptId: prompt, options: labels('نعم', 'لا', 'لا أدري') }), 'out-2')
    const scale = labels('ممتازة', 'جيدة', 'مقبولة').map((option, index) => ({ ...option, n: 5 - index }))
    await send(message('كيف كانت؟', { promptId: prompt, layout: 'scale', options: scale }), 'out-3')
    const shown = person.messages()
    expect(shown.map(({ buttons }) => buttons)).toEqual([
      [['نبدأ'], ['هل تنطبق عليّ الشروط؟'], ['سؤال آخر']],
      [['نعم', 'لا'], ['لا أدري']],
      [['٥', '٤', '٣']],
    ])
    expect(shown[2]?.text).toBe('كيف كانت؟\n٥. ممتازة\n٤. جيدة\n٣. مقبولة')
  })

  test('what does not fit on buttons stands in the text with its numbers', async () => {
    const many = labels(...Array.from({ length: 13 }, (_, index) => `خيار ${index}`))
    await send(message('أيها؟', { promptId: prompt, options: many }))
    await send(message('Which?', { language: 'en', promptId: prompt, options: [{ id: 'x'.repeat(60), n: 1, label: 'Long' }] }), 'out-2')
    const [first, second] = person.messages()
    expect(first?.buttons).toEqual([])
    expect(first?.text).toMatch(/^أيها؟\n١\. خيار 0\n[\s\S]*١٣\. خيار 12$/)
    expect(second?.text).toBe('Which?\n1. Long')
  })

  test('a long message comes in parts, in order, with the buttons below the last', async () => {
    const paragraphs = Array.from({ length: 9 }, (_, index) => `${index} ${'كلمة '.repeat(200).trim()}`)
    await send(message(paragraphs.join('\n\n'), { promptId: prompt, options: labels('نعم', 'لا') }))
    const shown = person.messages()
    expect(shown.length).toBe(3)
    expect(shown.map(({ text }) => text).join('\n\n')).toBe(paragraphs.join('\n\n'))
    expect(shown.map(({ buttons }) => buttons.flat().length)).toEqual([0, 0, 2])
  })

  test('what cannot be read as HTML goes out once more as it is', async () => {
    bot.faults.add({
      method: 'sendMessage',
      count: 1,
      fault: { kind: 'answer', status: 400, description: "Bad Request: can't parse entities: x" },
    })
    expect(await send(message('أ < ب & ت'))).toMatchObject({ ok: true })
    expect(person.messages().map(({ text }) => text)).toEqual(['أ < ب & ت'])
    expect(sends()).toHaveLength(2)
    expect(sends()[1]?.payload.parse_mode).toBeUndefined()
  })

  test('files: a picture with its words, a paper, words too long for a caption after it', async () => {
    const file = (mime: string, name: string | null) => ({ id: picture, mime, name })
    await send(message('صورتك <هنا>', { file: file('image/jpeg', null), promptId: prompt, options: labels('تمام') }))
    await send(message('', { file: file('application/pdf', 'خطاب"\r\nx.pdf') }), 'out-2')
    await send(message('ط '.repeat(700).trim(), { file: file('application/pdf', 'b.pdf') }), 'out-3')
    const [first, second, third, fourth] = person.messages()
    expect(first).toMatchObject({ text: 'صورتك <هنا>', buttons: [['تمام']], file: { kind: 'photo' } })
    expect(first?.file?.bytes.toString()).toBe('bytes of a picture')
    expect(second).toMatchObject({ text: '', file: { kind: 'document', name: 'خطاب___x.pdf' } })
    expect([third?.text, third?.file?.kind]).toEqual(['', 'document'])
    expect(fourth?.text).toBe('ط '.repeat(700).trim())
    expect(await send(message('', { file: { id: lost, mime: 'application/pdf', name: null } }), 'out-4')).toEqual({
      ok: false,
      failure: 'refused',
      retryAfterMs: null,
    })
  })

  test('objects of an upload are not lost', async () => {
    // Fields that the channel itself does not send: on a server of their own.
    const other = await startBotApi()
    const someone = other.bot(token).person(7001)
    someone.says('سلام')
    const source = Buffer.from('x')
    await createBotApi({ token, apiRoot: other.url }).call('sendDocument', {
      chat_id: 7001,
      document: { source, filename: 'a.pdf' },
      reply_parameters: { message_id: someone.lastMessageId() },
      caption_entities: [{ type: 'bold', offset: 0, length: 1 }],
      caption: 'س',
    })
    const payload = other.log()[0]?.payload
    await other.close()
    expect(JSON.parse(String(payload?.reply_parameters))).toEqual({ message_id: someone.lastMessageId() })
    expect(JSON.parse(String(payload?.caption_entities))).toEqual([{ type: 'bold', offset: 0, length: 1 }])
  })

  test('typing is shown, and never fails', async () => {
    await channel.typing?.({ external: '7001' })
    expect(person.actions()).toEqual(['typing'])
    bot.faults.add({ fault: { kind: 'drop' } })
    await channel.typing?.({ external: '7001' })
  })
})

describe('failures', () => {
  type Case = [string, Parameters<BotSide['faults']['add']>[0]['fault'], string, number | null]
  test.each<Case>([
    ['429 says how long', { kind: 'answer', status: 429, retryAfter: 7 }, 'throttled', 7000],
    ['blocked', { kind: 'answer', status: 403 }, 'blocked', null],
    ['a chat that is none', { kind: 'answer', status: 400, description: 'Bad Request: chat not found' }, 'blocked', null],
    ['a message that is wrong', { kind: 'answer', status: 400, description: 'Bad Request: message is too long' }, 'refused', null],
    ['an upload that is too large', { kind: 'answer', status: 413, description: 'Request Entity Too Large' }, 'refused', null],
    ['a token that is wrong', { kind: 'answer', status: 401 }, 'unauthorized', null],
    ['a token that is none', { kind: 'answer', status: 404, description: 'Not Found' }, 'unauthorized', null],
    ['500', { kind: 'answer', status: 500 }, 'timeout', null],
    ['502 of a proxy, in HTML', { kind: 'answer', status: 502, body: `<html>${token}</html>` }, 'timeout', null],
    ['403 of a proxy, in HTML', { kind: 'answer', status: 403, body: '<html>no</html>' }, 'timeout', null],
    ['no answer', { kind: 'hang', accepted: true }, 'timeout', null],
    ['a connection that drops', { kind: 'drop' }, 'timeout', null],
    ['one that drops after the message was made', { kind: 'drop', accepted: true }, 'timeout', null],
  ])('%s', async (_what, fault, failure, retryAfterMs) => {
    bot.faults.add({ method: 'sendMessage', fault })
    expect(await send(message('سلام'))).toEqual({ ok: false, failure, retryAfterMs })
  })

  test('who has blocked us, is gone or never wrote', async () => {
    person.blocks()
    expect(await send(message('سلام'))).toMatchObject({ failure: 'blocked' })
    person.unblocks()
    person.deactivates()
    expect(await send(message('سلام'))).toMatchObject({ failure: 'blocked' })
    expect(await send(message('سلام'), 'out-2', '99')).toMatchObject({ failure: 'blocked' })
  })

  test('nobody there: nothing was sent', async () => {
    await server.close()
    expect(await send(message('سلام'))).toMatchObject({ failure: 'unreachable' })
    expect(await openChannel('http://no-such-host.invalid').send({ external: '1' }, message('x'), 'x')).toMatchObject({
      failure: 'unreachable',
    })
    server = await startBotApi()
  })

  test('a part that failed is tried again without the parts before it', async () => {
    const long = message(`${'أ'.repeat(4000)}\n\n${'ب'.repeat(4000)}\n\nت`)
    bot.faults.add({ method: 'sendMessage', after: 1, count: 1, fault: { kind: 'answer', status: 429, retryAfter: 1 } })
    expect(await send(long)).toMatchObject({ ok: false, failure: 'throttled' })
    expect(await send(message('بينهما'), 'out-2')).toMatchObject({ ok: true })
    expect(await send(long)).toMatchObject({ ok: true })
    expect(person.messages().map(({ text }) => text.charAt(0))).toEqual(['أ', 'ب', 'ب'])
    // Another message of the same words is another message.
    await send(long, 'out-3')
    expect(person.messages()).toHaveLength(5)
  })

  test('a press that is too old to acknowledge, or Telegram away, fails nothing', async () => {
    const press = { update_id: 1, callback_query: { id: 'gone', from: { id: 7001 }, data: 'x' } }
    await channel.greet(press)
    bot.faults.add({ fault: { kind: 'drop' } })
    await channel.greet(press)
    expect(server.log().map(({ method }) => method)).toEqual(['answerCallbackQuery', 'answerCallbackQuery'])
  })
})

const bytesOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
/** What the adapter calls the file that somebody just sent. */
const remoteOf = (bytes: Buffer): string => {
  person.sends('document', { bytes, name: 'عقد.pdf' })
  return bot.updates().at(-1)?.update.message?.document?.file_id ?? ''
}

describe('files of people', () => {
  test('are fetched whole', async () => {
    const fetched = await channel.fetch?.(remoteOf(Buffer.from('ورق'.repeat(10_000))))
    expect(fetched?.ok && (await bytesOf(fetched.stream))).toBe('ورق'.repeat(10_000))
  })

  test('what will never come and what may come later', async () => {
    const remote = remoteOf(Buffer.from('x'))
    const answer = (status: number, description: string) => {
      bot.faults.clear()
      bot.faults.add({ method: 'getFile', fault: { kind: 'answer', status, description } })
      return channel.fetch?.(remote)
    }
    expect(await channel.fetch?.('no-such-file')).toMatchObject({ ok: false })
    expect(await answer(400, 'Bad Request: file is too big')).toEqual({ ok: false, problem: 'too-large' })
    expect(await answer(400, 'Bad Request: invalid file_id')).toEqual({ ok: false, problem: 'failed' })
    expect(await answer(400, 'Bad Request: wrong file_id or the file is temporarily unavailable')).toEqual({ ok: false, problem: null })
    expect(await answer(500, '')).toEqual({ ok: false, problem: null })
    bot.faults.clear()
    bot.faults.add({ method: 'download', fault: { kind: 'answer', status: 502, body: '<html>' } })
    expect(await channel.fetch?.(remote)).toEqual({ ok: false, problem: null })
    bot.faults.clear()
    bot.faults.add({
      method: 'getFile',
      fault: { kind: 'answer', status: 200, body: { ok: true, result: { file_id: 'a', file_path: '/var/lib/x' } } },
    })
    expect(await channel.fetch?.(remote)).toEqual({ ok: false, problem: 'failed' })
  })
})

describe('the token is in no error', () => {
  /** Everything of an error that a log, a console or a crash report could print. */
  const everything = (error: unknown): string =>
    [
      inspect(error, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(error),
      String(error),
      error instanceof Error ? error.stack : '',
    ].join('\n')

  let rude: Server
  /** A server that answers every call with these bytes. */
  const rudeServer = async (status: number, type: string, body: string, broken = false): Promise<string> => {
    rude = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': type, ...(broken && { 'content-length': 10_000 }) })
      if (broken) {
        response.write(body)
        response.socket?.destroy()
      } else response.end(body)
    })
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve))
    // Listening on an address and port, its address is an object.
    return `http://127.0.0.1:${(rude.address() as AddressInfo).port}`
  }
  afterEach(() => rude?.close())

  const fault = (kind: Parameters<BotSide['faults']['add']>[0]['fault']) => async () => {
    bot.faults.add({ fault: kind })
    return server.url
  }
  test.each<[string, () => Promise<string>]>([
    ['HTML 502', fault({ kind: 'answer', status: 502, body: '<html>bad gateway</html>' })],
    ['HTML 404', () => rudeServer(404, 'text/html', `<html>/bot${token}/getMe not found</html>`)],
    ['HTML 200', () => rudeServer(200, 'text/html', '<html>captive portal</html>')],
    ['malformed JSON', () => rudeServer(200, 'application/json', '{"ok":tru')],
    [
      'JSON that quotes the token',
      () => rudeServer(400, 'application/json', JSON.stringify({ ok: false, error_code: 400, description: `no /bot${token}/x` })),
    ],
    ['a redirect', () => rudeServer(302, 'text/html', '')],
    ['half an answer', () => rudeServer(200, 'application/json', '{"ok":true,', true)],
    ['no such host', async () => 'http://no-such-host.invalid'],
    ['nobody listens', async () => 'http://127.0.0.1:1'],
    ['no TLS', async () => server.url.replace('http:', 'https:')],
    ['hang', fault({ kind: 'hang' })],
    ['drop', fault({ kind: 'drop' })],
    ['401', fault({ kind: 'answer', status: 401 })],
    ['429', fault({ kind: 'answer', status: 429, retryAfter: 1 })],
  ])('%s', async (_what, open) => {
    const apiRoot = await open()
    const api = createBotApi({ token, apiRoot, timeoutMs: 300 })
    const calls = [
      api.call('sendMessage', { chat_id: 7001, text: 'كلام خاص جدا' }),
      api.call('sendDocument', { chat_id: 7001, document: { source: Buffer.from('x'), filename: 'a' }, caption: 'كلام خاص جدا' }),
      api.call('getUpdates', { offset: 1 }, { timeoutMs: 200 }),
    ]
    for (const result of await Promise.allSettled(calls)) {
      const error: unknown = result.status === 'rejected' ? result.reason : null
      expect(error).toBeInstanceOf(BotApiError)
      expect(everything(error)).not.toContain(canary)
      expect(everything(error)).not.toContain('كلام خاص')
      expect(error).not.toHaveProperty('cause')
    }
    const other = openChannel(apiRoot)
    expect(everything(await other.send({ external: '7001' }, message('كلام خاص جدا'), 'x'))).not.toContain(canary)
    expect(everything(await other.fetch?.('F1'))).not.toContain(canary)
  })

  test('a download that breaks off', async () => {
    const remote = remoteOf(Buffer.alloc(200_000))
    bot.faults.add({ method: 'download', fault: { kind: 'drop', accepted: true } })
    const fetched = await channel.fetch?.(remote)
    if (!fetched?.ok) throw new Error('it did not even begin')
    const error: unknown = await bytesOf(fetched.stream).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(everything(error)).not.toContain(canary)
  })
})
