import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DomainError } from '../../../src/ports/errors.ts'
import { type ChatServer, startChatServer } from '../../support/chat-server.ts'
import { createFakeChat } from '../../support/fake-chat.ts'

let server: ChatServer
const chat = createFakeChat()
beforeAll(async () => {
  server = await startChatServer({
    ...chat,
    presence: async () => {
      throw new Error('secret words of a person')
    },
    messages: async (_slug, _visitor, since) => {
      if (since === 'busy') throw new DomainError('unavailable')
      return []
    },
  })
})
afterAll(() => server.close())

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

test('every answer carries the security headers, whatever it is', async () => {
  for (const path of ['/', '/health', '/ready', '/nowhere', '/api/chat/masakin']) {
    const { headers } = await get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
})

test('the first page shows what runs here, with nothing of it as markup', async () => {
  const html = await (await get('/')).text()
  expect(html).toContain('dir="rtl"')
  expect(html).toContain('href="/c/masakin"')
  expect(html).toContain('&lt;b&gt;جمعية مساكن&lt;/b&gt;')
})

test('health and metrics answer', async () => {
  expect(await (await get('/health')).json()).toEqual({ ok: true, parts: { database: true } })
  expect(await (await get('/ready')).json()).toEqual({ ok: true, parts: { started: true } })
  expect(await (await get('/metrics')).text()).toBe('up 1\n')
})

test('an unknown address is a page for a browser and a problem for a program', async () => {
  const page = await get('/nowhere', { accept: 'text/html', 'accept-language': 'en' })
  expect(page.status).toBe(404)
  expect(await page.text()).toContain('not-found (en)')
  expect(await (await get('/api/nowhere', { accept: 'text/html' })).json()).toEqual({ code: 'not-found', message: 'not-found (ar)' })
})

test('a bug of ours is 500 without its words, in the answer and in the log', async () => {
  const response = await get('/api/chat/masakin')
  expect(response.status).toBe(500)
  expect(await response.json()).toEqual({ code: 'unexpected', message: 'unexpected (ar)' })
  expect(server.log()).toContain('request failed')
  expect(server.log()).not.toContain('secret words')
})

/** `fetch` sets some of these itself; a bare request sends what it is told. */
const write = (headers: Record<string, string>, body = '{}'): Promise<number> =>
  new Promise((resolve, reject) => {
    const request = http.request(`${server.url}/api/chat/masakin/messages`, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
    request.end(body)
  })

test('a write has to come from our own page', async () => {
  const json = { 'content-type': 'application/json' }
  const own = new URL(server.url)
  expect(await write({ ...json })).toBe(403)
  expect(await write({ ...json, 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await write({ ...json, 'sec-fetch-site': 'same-site', origin: own.origin })).toBe(403)
  expect(await write({ ...json, origin: 'https://evil.example' })).toBe(403)
  expect(await write({ ...json, origin: 'null' })).toBe(403)
  expect(await write({ ...json, origin: `${own.origin}.evil.example` })).toBe(403)
  // Past the door: refused for what they lack, a cookie.
  expect(await write({ ...json, 'sec-fetch-site': 'same-origin' })).toBe(401)
  expect(await write({ ...json, origin: own.origin })).toBe(401)
})

test('a form of another kind, broken JSON and a body without end are refused', async () => {
  const ours = { 'sec-fetch-site': 'same-origin', cookie: `sila-visitor=${'a'.repeat(43)}` }
  expect(await write({ ...ours, 'content-type': 'text/plain' }, 'x')).toBe(415)
  expect(await write({ ...ours, 'content-type': 'application/x-www-form-urlencoded' }, 'a=b')).toBe(415)
  expect(await write({ ...ours, 'content-type': 'application/json' }, '{"a":')).toBe(400)
  expect(await write({ ...ours, 'content-type': 'application/json' }, JSON.stringify({ a: 'x'.repeat(600_000) }))).toBe(413)
  expect(await write({ ...ours, 'content-type': 'application/json' }, '{"__proto__":{"a":1}}')).toBe(400)
})

test('the log names routes, and holds no address, query, cookie or body', async () => {
  const cookie = `sila-visitor=${'b'.repeat(43)}`
  // Its presence fails here: the stream is cut as soon as it opens.
  await get('/api/chat/masakin/events?since=Where-I-Was', { cookie }).catch(() => undefined)
  await write({ 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', cookie }, '{"clientId":"my words","content":1}')
  const log = server.log()
  expect(log).toContain('/api/chat/:slug/messages')
  for (const trace of ['Where-I-Was', 'my words', 'bbbbbbbb', 'remoteAddress', '/masakin']) expect(log).not.toContain(trace)
})

test('a broken request is answered and not quoted', async () => {
  const { port } = new URL(server.url)
  const answer = await new Promise<string>((resolve, reject) => {
    import('node:net').then(({ connect }) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end('GET / HTTP/1.1\r\nsecret words of a person\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('end', () => resolve(text)).on('error', reject)
    })
  })
  expect(answer).toMatch(/^HTTP\/1.1 400/)
  expect(server.log()).not.toContain('secret words')
})
