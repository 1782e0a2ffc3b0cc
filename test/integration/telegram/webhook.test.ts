/** Deliveries over the webhook: only Telegram's, whole, and acknowledged once they are stored. */
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { absenceOf } from './database-away.ts'
import { canary, inboxOf, masakin, type OpenTelegram, openBots, until } from './open-telegram.ts'

let open: OpenTelegram
afterEach(() => open.close())

const secretHeader = 'x-telegram-bot-api-secret-token'

const start = async (options: Parameters<typeof openBots>[0] = {}) => {
  open = await openBots({ delivery: 'webhook', ...options })
  await open.telegram.start()
  await until('the webhook is set', () => open.bot.webhook() !== null)
  const webhook = open.bot.webhook()
  return { url: webhook?.url ?? '', secret: webhook?.secret ?? '' }
}

const updateOf = (id: number, text: string) => ({
  update_id: id,
  message: { message_id: id, date: 1_790_000_000, chat: { id: 7001, type: 'private' }, from: { id: 7001, is_bot: false }, text },
})

const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

describe('who may deliver', () => {
  test('Telegram alone, to accounts that are there; before a byte is read', async () => {
    const { url, secret } = await start()
    expect(secret).toMatch(/^[\w-]{43}$/)
    const body = JSON.stringify(updateOf(1, 'سلام'))
    const status = async (to: string, headers: Record<string, string>) => (await post(to, body, headers)).status
    expect(await status(url, {})).toBe(401)
    expect(await status(url, { [secretHeader]: '' })).toBe(403)
    expect(await status(url, { [secretHeader]: `${secret.slice(1)}x` })).toBe(403)
    expect(await status(url, { [secretHeader]: `${secret}x` })).toBe(403)
    const nobody = url.replace(/[0-9a-f-]+$/, '0197f3c2-7b1e-7abc-8def-0000000000ff')
    expect(await status(nobody, { [secretHeader]: secret })).toBe(404)
    expect(await status(url.replace(/[0-9a-f-]+$/, 'x'), { [secretHeader]: secret })).toBe(404)
    expect((await fetch(url)).status).toBe(404)
    expect(await inboxOf(open)).toEqual([])
    expect(await status(url, { [secretHeader]: secret })).toBe(200)
    expect(await inboxOf(open)).toHaveLength(1)
  })

  test('the secret is kept nowhere in the clear, and neither is the token', async () => {
    const { secret } = await start()
    open.bot.person(1).says('السلام عليكم')
    await open.bot.person(1).waitFor(1)
    const tables = await open.opened.pools.owner.query<{ name: string }>(
      "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    const dump: string[] = []
    for (const { name } of tables.rows) {
      // Bytes as they lie, not as hexadecimal digits.
      const { rows } = await open.opened.pools.owner.query(`select * from ${name}`)
      dump.push(
        ...rows.map((row) =>
          Object.values(row)
            .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)))
            .join('|'),
        ),
      )
    }
    expect(dump.join('\n')).toContain('"telegram"')
    for (const hidden of [secret, canary]) {
      expect(dump.join('\n')).not.toContain(hidden)
      expect(open.log()).not.toContain(hidden)
    }
  })
})

describe('what is delivered', () => {
  test('Arabic that arrives byte by byte', async () => {
    const { url, secret } = await start()
    const text = 'محمد بن عبدالله، يسأل عن طلبه ٢٠٢٦/٤٥ 🌿'
    const body = Buffer.from(JSON.stringify(updateOf(1, text)))
    const { hostname, port, pathname } = new URL(url)
    const answer = await new Promise<string>((resolve, reject) => {
      let heard = ''
      const socket = connect(Number(port), hostname)
      socket.setNoDelay(true)
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        heard += String(chunk)
        if (/^HTTP\/1\.1 \d+/.test(heard)) socket.end()
      })
      socket.on('close', () => resolve(heard))
      socket.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\n${secretHeader}: ${secret}\r\nContent-Type: application/json\r\n`)
      socket.write(`Transfer-Encoding: chunked\r\n\r\n`)
      const writeNext = (at: number): void => {
        if (at === body.length) {
          socket.write('0\r\n\r\n')
          return
        }
        socket.write(Buffer.concat([Buffer.from('1\r\n'), body.subarray(at, at + 1), Buffer.from('\r\n')]), () =>
          setImmediate(writeNext, at + 1),
        )
      }
      writeNext(0)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    const { store } = open.opened.application
    const [conversation] = await store.turns.conversations(masakin)
    const records = conversation ? await store.turns.records(masakin, conversation) : []
    expect(JSON.stringify(records[0]?.input)).toContain(text)
  })

  test('what is no update is acknowledged and counted, what is too large is not read', async () => {
    const { url, secret } = await start()
    const status = async (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
      (await post(url, body, { [secretHeader]: secret, 'content-type': type })).status
    for (const body of ['', 'null', '[]', '{"update_id":', '{"update_id":"1"}', new Uint8Array([0xff, 0xfe, 0])])
      expect(await status(body)).toBe(200)
    expect(open.log().match(/a delivery that is no update/g)).toHaveLength(6)
    expect(await status('x'.repeat(1024 * 1024 + 1))).toBe(413)
    // Telegram says JSON; whatever a proxy makes of it is read all the same.
    expect(await status(JSON.stringify(updateOf(5, 'سلام')), 'text/plain')).toBe(200)
    expect(await status(JSON.stringify({ update_id: 6, hologram: {} }))).toBe(200)
    expect(await inboxOf(open)).toHaveLength(1)
  })

  test('what fails three times is kept for staff and acknowledged', async () => {
    const dead: string[] = []
    await start({
      instead: {
        setReachable: async () => {
          throw new Error('broken')
        },
        deadLetters: {
          put: async ({ externalId, body, error }) => dead.push(`${externalId} ${JSON.parse(body).update_id} ${String(error)}`) > 0,
          count: async () => dead.length,
        },
      },
    })
    const person = open.bot.person(1)
    person.says('السلام عليكم')
    await person.waitFor(1)
    const poison = person.blocks()
    await until('it is kept', () => dead.length === 1)
    expect(dead).toEqual([`update:${poison} ${poison} Error: broken`])
    await until('all is acknowledged', () => open.bot.updates().every(({ confirmedAt }) => confirmedAt !== null))
  })

  test('the same again is answered once; two at a time wait for each other', async () => {
    const { url, secret } = await start()
    open.bot.person(7001).says('القائمة')
    await open.bot.person(7001).waitFor(1)
    const headers = { [secretHeader]: secret }
    const bodies = Array.from({ length: 12 }, (_, index) => JSON.stringify(updateOf(9000 + (index % 4), 'القائمة')))
    const answers = await Promise.all(bodies.map((body) => post(url, body, headers)))
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200))
    await open.opened.application.idle()
    expect(await inboxOf(open)).toHaveLength(5)
    // Three at once, then one a second: the pace of a chat.
    expect(await open.bot.person(7001).waitFor(5)).toHaveLength(5)
  })
})

test('while the database is away Telegram is told when to come again, and loses nothing', async () => {
  const { url, secret } = await start()
  const person = open.bot.person(7001)
  person.says('ابغى اقدم على دعم')
  await person.waitFor(1)
  const absence = absenceOf(open.opened.url)
  await absence.begin()
  const answer = await post(url, JSON.stringify(updateOf(9000, 'سلام')), { [secretHeader]: secret })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
  person.says('١')
  person.says('أوافق')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(open.bot.updates().filter(({ confirmedAt }) => confirmedAt === null)).toHaveLength(2)
  await absence.end()
  await person.waitFor(3, 15_000)
  await until('all is acknowledged', () => open.bot.updates().every(({ confirmedAt }) => confirmedAt !== null))
  expect((await inboxOf(open)).every(({ disposition }) => disposition === 'answered')).toBe(true)
})
