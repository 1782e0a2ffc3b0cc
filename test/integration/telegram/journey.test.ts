/** A person of masakin on Telegram, from the first word to the request: over polling, and over the webhook. */
import { afterEach, describe, expect, test } from 'vitest'
import { supportRequest } from '../../support/support-answers.ts'
import { expectKnownCalls } from './calls.ts'
import { inboxOf, masakin, type OpenTelegram, openBots, until } from './open-telegram.ts'

let open: OpenTelegram
afterEach(() => open.close())

const say = async (external: number, text: string) => {
  const person = open.bot.person(external)
  const before = person.messages().length
  person.says(text)
  return person.waitFor((shown) => shown.length > before)
}

describe.each(['polling', 'webhook'] as const)('over %s', (delivery) => {
  test('first words in Arabic become a request; nothing comes twice, whatever is delivered twice or late', async () => {
    open = await openBots({ delivery })
    await open.telegram.start()
    open.bot.faults.duplicate(0.3)
    const person = open.bot.person(7001)
    for (const text of supportRequest) await say(7001, text)
    expect(person.messages()[0]?.text).toContain('جمعية مساكن')
    expect(person.messages().at(-1)?.text).toMatch(/MSK-\d+/)
    await until('all is acknowledged', () => open.bot.updates().every(({ confirmedAt }) => confirmedAt !== null))
    const lines = await inboxOf(open)
    expect(lines).toHaveLength(supportRequest.length)
    expect(lines.every(({ state, disposition }) => state === 'taken' && disposition === 'answered')).toBe(true)
    // One answer to each message: what comes again is answered by nobody.
    expect(person.messages()).toHaveLength(supportRequest.length)
    const requests = await open.opened.pools.owner.query<{ stage: string }>('select stage from request')
    expect(requests.rows).toEqual([{ stage: 'submitted' }])
    // The person's own number stands in no plain column.
    expect(lines.some(({ external_id }) => external_id.includes('7001'))).toBe(false)
    expectKnownCalls(open.api.log())
  })

  test('a press is acknowledged at once and taken as the option; one on an old question is recognised', async () => {
    open = await openBots({ delivery })
    await open.telegram.start()
    const person = open.bot.person(7002)
    const [first] = await say(7002, 'ابغى اقدم على دعم')
    person.presses('نبدأ')
    const second = await person.waitFor(2)
    expect(second[1]?.buttons.flat().length).toBeGreaterThan(0)
    await until('the press is acknowledged', () => person.callbackAnswers().length === 1)
    // The keyboard of the first question is still there.
    person.presses('نبدأ')
    const [, , third] = await person.waitFor(3)
    expect(third?.text).toContain('هذا الخيار من سؤال سابق')
    await until('both are acknowledged', () => person.callbackAnswers().length === 2)
    person.presses({ data: 'buy_now', messageId: first?.id ?? 0 })
    expect((await person.waitFor(4)).at(-1)?.text).toBe(third?.text)
    const lines = await inboxOf(open)
    expect(lines.map(({ kind }) => kind)).toEqual(['text', 'choice', 'choice', 'choice'])
  })

  test('every kind of message has an answer, and what people do to the chat is no message', async () => {
    const standings: unknown[] = []
    open = await openBots({ delivery, instead: { setReachable: async (...standing) => void standings.push(standing) } })
    await open.telegram.start()
    const person = open.bot.person(7003)
    person.starts('req_1')
    await person.waitFor(1)
    const kinds = ['photo', 'document', 'voice', 'video', 'sticker', 'location', 'contact'] as const
    for (const [index, kind] of kinds.entries()) {
      person.sends(kind, { bytes: Buffer.from('x') })
      await person.waitFor(index + 2)
    }
    person.says('وين طلبي')
    await person.waitFor(kinds.length + 2)
    person.edits(person.lastMessageId(), 'وين وصل طلبي')
    await until('the edit is stored', async () => (await inboxOf(open)).length === kinds.length + 3)
    person.blocks()
    await until('the block is known', () => standings.length === 1)
    person.unblocks()
    await until('and its end', () => standings.length === 2)
    expect(standings).toEqual([
      [masakin, open.account, '7003', false],
      [masakin, open.account, '7003', true],
    ])
    const lines = await inboxOf(open)
    expect(lines.map(({ kind }) => kind)).toEqual([
      'start',
      'image',
      'document',
      'voice',
      'video',
      'sticker',
      'location',
      'contact',
      'text',
      'edit',
    ])
  })

  test('a group is told once where we talk, and leaves no trace', async () => {
    open = await openBots({ delivery })
    await open.telegram.start()
    const group = open.bot.group(-1_000_000_000_042)
    group.says('السلام عليكم جميعا')
    group.says('/start')
    await until('the group is told', () => group.messages().length === 1)
    group.says('/menu@sila_bot')
    await say(7004, 'السلام عليكم')
    expect(group.messages()).toHaveLength(1)
    expect(group.messages()[0]?.text).toMatch(/المجموعات[\s\S]*\n.*private chat/)
    expect(await inboxOf(open)).toHaveLength(1)
    const plain = await open.opened.pools.owner.query('select 1 from address where account_id = $1', [open.account])
    expect(plain.rowCount).toBe(1)
  })
})

test('the commands of the menu are set in both languages, and each is understood', async () => {
  open = await openBots()
  await open.telegram.start()
  await until('the bot has its commands', () => open.bot.commands().size === 2)
  await until('its name is kept, for links to it', async () => {
    const { rows } = await open.opened.pools.owner.query(
      "select settings->>'username' as name from channel_account where kind = 'telegram'",
    )
    return rows[0]?.name !== null
  })
  const menus = [...open.bot.commands().values()]
  expect(menus.map((menu) => menu.map(({ command }) => command))).toEqual([
    ['menu', 'status', 'human', 'back', 'cancel', 'english', 'stop'],
    ['menu', 'status', 'human', 'back', 'cancel', 'arabic', 'stop'],
  ])
  const answers = await say(7005, '/menu')
  expect(answers.at(-1)?.buttons.flat().length).toBeGreaterThan(1)
  expect((await say(7005, '/human@sila_bot')).at(-1)?.text).toContain('علاقات المستفيدين')
})
