/** What goes wrong on purpose, on the way out and on the way in. */
import { expect, test, vi } from 'vitest'
import type { Fault } from '../../support/bot-api/server.ts'
import { openBot, openHook, pause, refusal, token } from './open-bot.ts'

const openChat = async (options = {}) => {
  const opened = await openBot(options)
  const person = opened.bot.person(7)
  person.says('سلام')
  return { ...opened, person }
}

/** How a call of an impatient client ends. */
const attempt = async (url: string): Promise<number | 'timeout' | 'closed'> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(300) })).status
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'closed'
  }
}

test.each<[Fault, number | 'timeout' | 'closed', boolean]>([
  [{ kind: 'hang' }, 'timeout', false],
  [{ kind: 'hang', accepted: true }, 'timeout', true],
  [{ kind: 'drop' }, 'closed', false],
  [{ kind: 'drop', accepted: true }, 'closed', true],
  [{ kind: 'answer', status: 502, body: '<html>502 Bad Gateway</html>' }, 502, false],
  [{ kind: 'answer', status: 502, body: '<html>502 Bad Gateway</html>', accepted: true }, 502, true],
  [{ kind: 'answer', status: 500 }, 500, false],
  [{ kind: 'delay', ms: 450 }, 'timeout', true],
  [{ kind: 'delay', ms: 450, accepted: true }, 'timeout', true],
])('%j', async (fault, outcome, accepted) => {
  const { api, bot, person } = await openChat()
  const rule = bot.faults.add({ method: 'sendMessage', count: 1, fault })
  const url = `${api.url}/bot${token}/sendMessage?chat_id=7&text=a`
  expect(await attempt(url)).toBe(outcome)
  // What was delayed is still done, whoever has gone.
  await vi.waitFor(() => expect(api.log()).toHaveLength(1), 5_000)
  expect(person.messages()).toHaveLength(accepted ? 1 : 0)
  expect(api.log()).toMatchObject([
    {
      method: 'sendMessage',
      chat: 7,
      messageId: accepted ? 2 : null,
      outcome: { accepted, fault: fault.kind === 'delay' ? null : fault.kind },
    },
  ])
  expect(rule.hits()).toBe(1)
  expect(await attempt(url)).toBe(200)
})

test('429 says how long, in the body and in the header; 403 and 401 look like themselves', async () => {
  const { bot, telegram, call } = await openChat()
  bot.faults.add({ method: 'sendMessage', count: 2, fault: { kind: 'answer', status: 429, retryAfter: 3 } })
  const refused = await refusal(telegram.sendMessage(7, 'أهلًا'))
  expect(refused.response).toEqual({
    ok: false,
    error_code: 429,
    description: 'Too Many Requests: retry after 3',
    parameters: { retry_after: 3 },
  })
  expect((await call('sendMessage', { chat_id: 7, text: 'أ' })).headers.get('retry-after')).toBe('3')
  bot.faults.add({ count: 1, fault: { kind: 'answer', status: 401 } })
  expect((await refusal(telegram.getMe())).response).toMatchObject({ error_code: 401, description: 'Unauthorized' })
  bot.faults.add({ count: 1, fault: { kind: 'answer', status: 400, description: 'Bad Request: TOPIC_CLOSED' } })
  expect((await refusal(telegram.getMe())).description).toBe('Bad Request: TOPIC_CLOSED')
})

test('a rule strikes the method, the chat and the calls it names', async () => {
  const { bot, telegram, person } = await openChat()
  bot.person(8).says('سلام')
  const rule = bot.faults.add({ method: ['sendMessage'], chat: 7, after: 1, count: 1, fault: { kind: 'answer', status: 500 } })
  await telegram.sendChatAction(7, 'typing')
  await telegram.sendMessage(7, '١')
  await telegram.sendMessage(8, '٢')
  await refusal(telegram.sendMessage(7, '٣'))
  await telegram.sendMessage(7, '٤')
  expect(person.messages().map(({ text }) => text)).toEqual(['١', '٤'])
  expect(rule.hits()).toBe(1)
})

test('chance is seeded: the same seed strikes the same calls', async () => {
  const { bot, call } = await openChat()
  const strikes = async () => {
    bot.faults.clear()
    bot.faults.seed(7)
    bot.faults.add({ method: 'getMe', probability: 0.5, fault: { kind: 'answer', status: 500 } })
    const statuses: number[] = []
    for (let n = 0; n < 20; n++) statuses.push((await call('getMe')).status)
    return statuses
  }
  const first = await strikes()
  expect(first).toContain(200)
  expect(first).toContain(500)
  expect(await strikes()).toEqual(first)
})

test('a delay comes on top of other faults; removing a rule ends it', async () => {
  const { bot, call } = await openChat()
  const slow = bot.faults.add({ fault: { kind: 'delay', ms: 800 } })
  bot.faults.add({ count: 1, fault: { kind: 'answer', status: 500 } })
  const begun = performance.now()
  expect((await call('getMe')).status).toBe(500)
  expect(performance.now() - begun).toBeGreaterThan(790)
  slow.remove()
  const then = performance.now()
  expect((await call('getMe')).status).toBe(200)
  expect(performance.now() - then).toBeLessThan(750)
})

test('a download breaks in the middle', async () => {
  const { bot, telegram, person, poll } = await openChat()
  const id = person.sends('document', { bytes: Buffer.alloc(200_000, 1), name: 'a.bin' })
  const link = await telegram.getFileLink((await poll(id))[0]?.message?.document?.file_id ?? '')
  bot.faults.add({ method: 'download', count: 1, fault: { kind: 'drop', accepted: true } })
  const broken = await fetch(link)
  expect(broken.status).toBe(200)
  await expect(broken.arrayBuffer()).rejects.toThrow()
  expect((await (await fetch(link)).arrayBuffer()).byteLength).toBe(200_000)
})

test('paused, nothing is delivered; resumed, everything is', async () => {
  const { bot, telegram, person, poll } = await openChat()
  bot.faults.pause()
  expect(await poll()).toEqual([])
  const waiting = telegram.getUpdates(5, 100, 0, undefined)
  await pause(50)
  bot.faults.resume()
  expect(await waiting).toHaveLength(1)
  const hook = await openHook()
  bot.faults.pause()
  await telegram.setWebhook(hook.url)
  person.says('أهلًا')
  await pause(50)
  expect(hook.deliveries).toEqual([])
  bot.faults.resume()
  expect(await hook.until(2)).toHaveLength(2)
})

test('duplicates: what was confirmed comes once more, in a later batch', async () => {
  const { bot, person, poll } = await openChat()
  bot.faults.duplicate(1)
  const [first] = await poll()
  const second = person.says('ثانٍ')
  const next = await poll(second)
  expect(next.map(({ update_id }) => update_id)).toEqual([first?.update_id, second])
  expect(next[0]).toEqual(first)
  expect((await poll(second + 1)).map(({ update_id }) => update_id)).toEqual([second])
  expect(await poll(second + 1)).toEqual([])
})

test('disorder: within a batch neighbours change places, and nothing is lost', async () => {
  const { bot, poll } = await openBot()
  const sent = Array.from({ length: 40 }, (_, n) => bot.person(n + 1).says(String(n)))
  bot.faults.reorder(0.3)
  const got = (await poll()).map(({ update_id }) => update_id)
  expect(got).not.toEqual(sent)
  expect(got.toSorted()).toEqual(sent)
})

test('duplicates and disorder in webhooks', async () => {
  const { bot, telegram, person } = await openChat()
  const hook = await openHook()
  bot.faults.duplicate(1)
  bot.faults.reorder(1)
  await telegram.setWebhook(hook.url, { drop_pending_updates: true })
  const sent = [person.says('١'), person.says('٢')]
  const got = (await hook.until(4)).map(({ update }) => update.update_id)
  expect(got[0]).toBe(sent[1])
  expect(got.toSorted()).toEqual([sent[0], sent[0], sent[1], sent[1]])
  await pause(60)
  expect(hook.deliveries).toHaveLength(4)
})
