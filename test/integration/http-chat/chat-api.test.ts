import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChatOpen } from '../../../src/http/contract.ts'
import { createBrowserClient } from '../../support/browser-client.ts'
import { type ChatServer, startChatServer } from '../../support/chat-server.ts'
import { createFakeChat } from '../../support/fake-chat.ts'

const chat = createFakeChat({ fileLimit: 100_000, answer: () => [] })
let server: ChatServer
beforeAll(async () => {
  server = await startChatServer(chat)
})
afterAll(() => server.close())

const api = '/api/chat/masakin'
const visit = async () => {
  const browser = createBrowserClient(server.url)
  const response = await browser.request(api)
  return { browser, response, open: ChatOpen.parse(await response.json()) }
}
const text = (words: string, clientId: string = randomUUID()) => ({ clientId, content: { kind: 'text', text: words } })

test('the first visit gets a secret of 256 bits that no script can read', async () => {
  const { response, open } = await visit()
  const cookie = response.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^sila-visitor=[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(open).toMatchObject({ association: { slug: 'masakin', sample: true }, fileLimit: 100_000, messages: [], owner: 'bot' })
})

test('the second visit is the same visitor; another browser is another', async () => {
  const { browser } = await visit()
  const first = browser.cookie()
  await browser.post(`${api}/messages`, text('hello'))
  const again = ChatOpen.parse(await (await browser.request(api)).json())
  expect(browser.cookie()).toBe(first)
  expect(again.messages.map((message) => message.text)).toEqual(['hello'])
  expect((await visit()).open.messages).toEqual([])
})

test('over TLS the cookie is bound to the host', async () => {
  const secure = await startChatServer(createFakeChat(), { publicUrl: 'https://sila.example' })
  const response = await fetch(secure.url + api)
  expect(response.headers.get('set-cookie')).toMatch(
    /^__Host-sila-visitor=[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  expect(response.headers.get('strict-transport-security')).toBeTruthy()
  await secure.close()
})

test('a cookie that we did not make is not a visitor', async () => {
  const browser = createBrowserClient(server.url)
  for (const cookie of ['', 'sila-visitor=', 'sila-visitor=short', `sila-visitor=${'a'.repeat(42)}'`]) {
    const response = await browser.post(`${api}/messages`, text('x'), { cookie })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'not-signed-in' })
  }
})

test('an association that is not here is not found, on every route', async () => {
  const { browser } = await visit()
  const other = '/api/chat/nobody'
  const id = randomUUID()
  expect((await browser.request(other)).status).toBe(404)
  expect((await browser.request(`${other}/events`)).status).toBe(404)
  expect((await browser.request(`${other}/files/${id}`)).status).toBe(404)
  expect((await browser.post(`${other}/messages`, text('x'))).status).toBe(404)
  expect((await browser.post(`${other}/seen`, { id })).status).toBe(404)
})

test('a message is stored before it is acknowledged, and a repeat is the same message', async () => {
  const { browser } = await visit()
  const sent = text('مرحبا')
  const first = await browser.post(`${api}/messages`, sent)
  expect(first.status).toBe(202)
  const stored = await first.json()
  expect(await (await browser.post(`${api}/messages`, sent)).json()).toEqual(stored)
  const { messages } = ChatOpen.parse(await (await browser.request(api)).json())
  expect(messages.map(({ id, clientId }) => ({ id, clientId }))).toEqual([{ id: stored.id, clientId: sent.clientId }])
})

test('contents of every kind pass, and the label of a choice stays behind', async () => {
  const { browser } = await visit()
  const before = chat.received.length
  const contents = [
    { kind: 'choice', promptId: 'p', optionId: 'o', label: 'words of the page' },
    { kind: 'sticker' },
    { kind: 'location', latitude: 24.7, longitude: 46.7 },
  ]
  for (const content of contents) expect((await browser.post(`${api}/messages`, { clientId: randomUUID(), content })).status).toBe(202)
  expect(chat.received.slice(before).map(({ content }) => content)).toEqual([
    { kind: 'choice', promptId: 'p', optionId: 'o' },
    { kind: 'sticker' },
    { kind: 'location', latitude: 24.7, longitude: 46.7 },
  ])
})

test('the longest text passes, a longer one and nonsense are refused', async () => {
  const { browser } = await visit()
  expect((await browser.post(`${api}/messages`, text('ع'.repeat(65_536)))).status).toBe(202)
  for (const body of [text('ع'.repeat(65_537)), text('x', 'no-uuid'), { clientId: randomUUID(), content: { kind: 'image' } }, [], null])
    expect((await browser.post(`${api}/messages`, body)).status).toBe(422)
})

test('too many writes of one visitor wait; others do not', async () => {
  const limited = await startChatServer(createFakeChat({ answer: () => [] }), { limits: { visitor: 5, address: 1000 } })
  const visitor = async () => {
    const browser = createBrowserClient(limited.url)
    await browser.request(api)
    return browser
  }
  const eager = await visitor()
  const statuses = []
  for (let n = 0; n < 7; n += 1) statuses.push(await eager.post(`${api}/messages`, text(`${n}`)))
  expect(statuses.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 429, 429])
  expect(Number(statuses.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await (await visitor()).post(`${api}/messages`, text('calm'))).status).toBe(202)
  await limited.close()
})

test('an address that keeps changing its cookie is limited as an address', async () => {
  const limited = await startChatServer(createFakeChat({ answer: () => [] }), { limits: { visitor: 5, address: 8 } })
  const browser = createBrowserClient(limited.url)
  const statuses = []
  for (let n = 0; n < 10; n += 1) {
    const cookie = `sila-visitor=${String(n).repeat(43)}`
    statuses.push((await browser.post(`${api}/messages`, text(`${n}`), { cookie })).status)
  }
  expect(statuses.filter((status) => status === 429)).toHaveLength(2)
  await limited.close()
})

const upload = async (browser: ReturnType<typeof createBrowserClient>, parts: [string, string | File][]) => {
  const form = new FormData()
  for (const [name, value] of parts) form.append(name, value)
  return browser.request(`${api}/files`, { method: 'POST', body: form })
}
const pdf = (size: number, name = 'كشف حساب.pdf') => new File([Buffer.alloc(size, '%')], name, { type: 'application/pdf' })

test('a file is kept while it arrives and belongs to its visitor alone', async () => {
  const { browser } = await visit()
  const clientId = randomUUID()
  const response = await upload(browser, [
    ['clientId', clientId],
    ['caption', 'كشف الحساب'],
    ['file', pdf(90_000)],
  ])
  expect(response.status).toBe(202)
  expect(await response.json()).toMatchObject({ problem: null })
  const { messages } = ChatOpen.parse(await (await browser.request(api)).json())
  expect(messages).toMatchObject([{ from: 'me', clientId, text: 'كشف الحساب', file: { size: 90_000, name: 'كشف حساب.pdf' } }])

  const path = `${api}/files/${messages[0]?.file?.id}`
  const download = await browser.request(path)
  expect((await download.arrayBuffer()).byteLength).toBe(90_000)
  expect(download.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
  expect(download.headers.get('cache-control')).toBe('private, no-store')
  expect(download.headers.get('content-disposition')).toBe(
    `attachment; filename="___ ____.pdf"; filename*=UTF-8''${encodeURIComponent('كشف حساب.pdf')}`,
  )
  expect((await (await visit()).browser.request(path)).status).toBe(404)
  expect((await browser.request(path, { headers: { cookie: '' } })).status).toBe(401)
  expect((await browser.request(`${api}/files/..%2f..%2fetc`)).status).toBe(422)
})

test('the same upload again is the same message', async () => {
  const { browser } = await visit()
  const parts: [string, string | File][] = [
    ['clientId', randomUUID()],
    ['file', pdf(50)],
  ]
  const first = await (await upload(browser, parts)).json()
  expect(await (await upload(browser, parts)).json()).toEqual(first)
})

test('a file without its fields, or fields without a file, is refused', async () => {
  const { browser } = await visit()
  expect((await upload(browser, [['file', pdf(50)]])).status).toBe(422)
  expect((await upload(browser, [['clientId', randomUUID()]])).status).toBe(422)
  expect(
    (
      await upload(browser, [
        ['clientId', 'x'],
        ['file', pdf(50)],
      ])
    ).status,
  ).toBe(422)
  expect((await browser.post(`${api}/files`, {})).status).toBe(422)
})

test('a file over the limit becomes a message that says so', async () => {
  const { browser } = await visit()
  const before = chat.received.length
  const response = await upload(browser, [
    ['clientId', randomUUID()],
    ['file', pdf(300_000)],
  ])
  expect(await response.json()).toMatchObject({ problem: 'too-large' })
  expect(chat.received.slice(before)).toMatchObject([{ content: { kind: 'document', file: { id: null, problem: 'too-large' } } }])
})

test('a body that does not end is read to a bound and cut off', async () => {
  const { browser } = await visit()
  const boundary = 'x-sila'
  const head = [
    `--${boundary}\r\ncontent-disposition: form-data; name="clientId"\r\n\r\n${randomUUID()}\r\n`,
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n`,
  ].join('')
  let sent = 0
  const outcome = await new Promise<string>((resolve) => {
    const request = http.request(`${server.url}${api}/files`, {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, cookie: browser.cookie(), origin: server.url },
    })
    request.on('response', (response) => response.resume().on('end', () => resolve(`answered ${response.statusCode}`)))
    request.on('error', () => resolve('cut'))
    request.write(head)
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    const pour = () => {
      while (!request.destroyed && sent < 500) {
        sent += 1
        if (!request.write(chunk)) {
          request.once('drain', pour)
          return
        }
      }
    }
    pour()
  })
  expect(outcome).toMatch(/cut|answered 202/)
  expect(sent).toBeLessThan(100)
})

test('what was seen is passed on', async () => {
  const { browser } = await visit()
  const id = randomUUID()
  expect((await browser.post(`${api}/seen`, { id })).status).toBe(204)
  expect(chat.seenIds).toContain(id)
})

test('what a link carried is handed over as it is, and nothing else passes for it', async () => {
  const { browser } = await visit()
  const payload = `l_${'aZ0-'.repeat(10)}abc`
  const start = (carried: unknown) =>
    browser.post(`${api}/messages`, { clientId: randomUUID(), content: { kind: 'start', payload: carried } })
  expect((await start(payload)).status).toBe(202)
  expect(chat.received.at(-1)?.content).toEqual({ kind: 'start', payload })
  const before = chat.received.length
  for (const carried of [null, '', 'x'.repeat(65), 'a b', 'l_<script>', 'l_\u0661']) expect((await start(carried)).status).toBe(422)
  expect(chat.received).toHaveLength(before)
  expect(server.log()).not.toContain(payload)
})
