import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { shortlyBefore } from '../../../src/http/chat/stream-messages.ts'
import type { ChatUseCases } from '../../../src/http/chat/use-cases.ts'
import type { ChatMessage } from '../../../src/http/contract.ts'
import { createBrowserClient, type StreamEvent } from '../../support/browser-client.ts'
import { type ChatServer, startChatServer } from '../../support/chat-server.ts'
import { createFakeChat } from '../../support/fake-chat.ts'

const api = '/api/chat/masakin'
const servers: ChatServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
const start = async (chat: ChatUseCases, options: Parameters<typeof startChatServer>[1] = {}) => {
  const server = await startChatServer(chat, options)
  servers.push(server)
  const browser = createBrowserClient(server.url)
  await browser.request(api)
  const send = (text: string) => browser.post(`${api}/messages`, { clientId: randomUUID(), content: { kind: 'text', text } })
  return { server, browser, send }
}
const textsOf = (events: StreamEvent[]): string[] =>
  // What our own server sent under this name.
  events.filter(({ event }) => event === 'message').map(({ data }) => (data as ChatMessage).text)

test('a message arrives with its id, after who answers and before the dots are gone', async () => {
  const { browser, send } = await start(createFakeChat({ answer: (said) => [{ text: `«${said}»` }] }))
  const stream = await browser.follow(`${api}/events`)
  await send('سلام')
  const events = await stream.until((all) => all.filter(({ event }) => event === 'typing').length >= 3)
  expect(textsOf(events)).toEqual(['سلام', '«سلام»'])
  expect(events.find(({ event }) => event === 'owner')?.data).toEqual({ owner: 'bot' })
  const named = events
    .filter(({ event }) => event === 'message' || event === 'typing')
    .map(({ event, data }) => (event === 'typing' ? data : event))
  expect(named).toEqual([{ on: false }, 'message', { on: true }, 'message', { on: false }])
  for (const { event, id, data } of events) if (event === 'message') expect(id).toBe((data as ChatMessage).id)
})

test('who comes back with the last id gets what was missed, once and in order', async () => {
  const { browser, send, server } = await start(createFakeChat({ answer: () => [] }))
  const stream = await browser.follow(`${api}/events`)
  await send('1')
  const [first] = (await stream.until((all) => textsOf(all).length === 1)).filter(({ event }) => event === 'message')
  server.cutSockets()
  await stream.ended
  await send('2')
  await send('3')
  const again = await browser.follow(`${api}/events?since=ignored-beside-the-header`, first?.id ?? '')
  expect(textsOf(await again.until((all) => all.some(({ event }) => event === 'owner')))).toEqual(['2', '3'])
})

test('the first stream of a page starts where its opening ended', async () => {
  const { browser, send } = await start(createFakeChat({ answer: () => [] }))
  await send('old')
  const open = await (await browser.request(api)).json()
  await send('new')
  const stream = await browser.follow(`${api}/events?since=${open.messages[0].id}`)
  expect(textsOf(await stream.until((all) => all.some(({ event }) => event === 'owner')))).toEqual(['new'])
})

test('what arrives during the replay is neither lost nor doubled', async () => {
  const chat = createFakeChat({ answer: () => [] })
  let during: (() => Promise<unknown>) | null = null
  const slow: ChatUseCases = {
    ...chat,
    async messages(slug, visitor, since) {
      const found = await chat.messages(slug, visitor, since)
      const act = during
      during = null
      await act?.()
      return found
    },
  }
  const { browser, send } = await start(slow)
  await send('before')
  during = () => send('during')
  const stream = await browser.follow(`${api}/events`)
  await stream.until((all) => textsOf(all).length === 2)
  await send('after')
  expect(textsOf(await stream.until((all) => textsOf(all).length >= 3))).toEqual(['before', 'during', 'after'])
})

test('a message whose id is older than one already sent still arrives', async () => {
  const chat = createFakeChat({ answer: () => [] })
  const { browser, send } = await start(chat)
  await send('second by id')
  const stream = await browser.follow(`${api}/events`)
  await stream.until((all) => textsOf(all).length === 1)
  const [thread] = chat.threads.values()
  const known = thread?.messages[0]
  if (!thread || !known) throw new Error('nothing was stored')
  thread.messages.unshift({ ...known, id: `${known.id.slice(0, 8)}-0000-7000-8000-000000000000`, text: 'first by id', clientId: null })
  for (const listener of thread.listeners) listener({ kind: 'message' })
  expect(textsOf(await stream.until((all) => textsOf(all).length >= 2))).toEqual(['second by id', 'first by id'])
})

test('an id a little older than a UUIDv7, and any other id as it is', () => {
  expect(shortlyBefore('01890a5d-ac96-774b-bcce-b302099a8057')).toBe('01890a59-18b6-7000-8000-000000000000')
  expect(shortlyBefore('anything')).toBe('anything')
  expect(shortlyBefore(null)).toBeNull()
})

test('too much to replay is said, not poured', async () => {
  const chat = createFakeChat({ answer: () => [] })
  const { browser, send } = await start(chat)
  await send('one')
  const [thread] = chat.threads.values()
  for (let n = 0; n < 600; n += 1) chat.say('bot', { text: `${n}` })
  const stream = await browser.follow(`${api}/events`)
  const events = await stream.until((all) => all.some(({ event }) => event === 'reset'))
  expect(textsOf(events)).toEqual([])
  expect(events.find(({ event }) => event === 'reset')?.id).toBe(thread?.messages.at(-1)?.id)
  await send('more')
  expect(textsOf(await stream.until((all) => textsOf(all).length > 0))).toEqual(['more'])
})

test('the change of owner is told, and who comes later hears the present one', async () => {
  const chat = createFakeChat({ answer: () => [] })
  const { browser, send } = await start(chat)
  await send('x')
  const owners = (events: StreamEvent[]) => events.filter(({ event }) => event === 'owner').map(({ data }) => data)
  const stream = await browser.follow(`${api}/events`)
  await stream.until((all) => owners(all).length === 1)
  chat.setOwner('staff')
  expect(owners(await stream.until((all) => owners(all).length === 2))).toEqual([{ owner: 'bot' }, { owner: 'staff' }])
  const late = await browser.follow(`${api}/events`)
  expect(owners(await late.until((all) => owners(all).length === 1))).toEqual([{ owner: 'staff' }])
})

test('a quiet line gives signs of life', async () => {
  const { browser } = await start(createFakeChat(), { beatMs: 20 })
  const stream = await browser.follow(`${api}/events`)
  await stream.until((all) => all.filter(({ event }) => event === 'beat').length >= 4)
})

test('a page that leaves is forgotten, and an open one does not hold the server', async () => {
  const chat = createFakeChat({ answer: () => [] })
  const { browser, server } = await start(chat)
  const gone = await browser.follow(`${api}/events`)
  const stays = await browser.follow(`${api}/events`)
  const listeners = () => [...chat.threads.values()].reduce((sum, thread) => sum + thread.listeners.size, 0)
  await stays.until(() => listeners() === 2)
  gone.close()
  await stays.until(() => listeners() === 1)
  servers.length = 0
  const began = Date.now()
  await server.close()
  expect(Date.now() - began).toBeLessThan(1000)
  await stays.ended
})

test('a failed reading cuts the line, so that the page comes back', async () => {
  const chat = createFakeChat({ answer: () => [] })
  let broken = false
  const { browser, send } = await start({
    ...chat,
    messages: (slug, visitor, since) => (broken ? Promise.reject(new Error('no database')) : chat.messages(slug, visitor, since)),
  })
  const stream = await browser.follow(`${api}/events`)
  broken = true
  await send('x').catch(() => undefined)
  await stream.ended
  broken = false
  const again = await browser.follow(`${api}/events`)
  expect(textsOf(await again.until((all) => textsOf(all).length === 1))).toEqual(['x'])
})

test('without a cookie there is no stream', async () => {
  const { server } = await start(createFakeChat())
  expect((await fetch(`${server.url}${api}/events`)).status).toBe(401)
})

test('the end waits for what a page has just sent, and for nothing else', async () => {
  const fake = createFakeChat({ answer: () => [] })
  let arrived = (): void => {}
  const hasArrived = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const chat: ChatUseCases = {
    ...fake,
    receive: async (...given) => {
      arrived()
      await new Promise((resolve) => setTimeout(resolve, 300))
      return fake.receive(...given)
    },
  }
  const { browser, server, send } = await start(chat)
  const stream = await browser.follow(`${api}/events`)
  const sent = send('قبل الإغلاق')
  await hasArrived
  servers.length = 0
  const began = Date.now()
  await server.close()
  expect((await sent).status).toBe(202)
  expect(Date.now() - began).toBeLessThan(2_000)
  await stream.ended
})
