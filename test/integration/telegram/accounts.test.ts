/** Several bots for several associations, and what an account's row says about one. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config-error.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { readBotTokens } from '../../../src/config/telegram-bots.ts'
import { loadContent } from '../../../src/content/load-content.ts'
import { Slug } from '../../../src/core/ids.ts'
import { PlatformError } from '../../../src/platform/errors.ts'
import { createPollLease } from '../../../src/store/poll-lease.ts'
import { copyContent } from '../../content/copy.ts'
import { canary, masakin, type OpenTelegram, openBots, token, until } from './open-telegram.ts'

let open: OpenTelegram | null = null
afterEach(async () => {
  await open?.close()
  open = null
})

const rahma = Slug.parse('rahma')
const rahmaToken = '5151:AAsecond_bot_of_another_association'

test('two bots of two associations: each speaks for its own, and sees nobody else’s', async () => {
  const copy = copyContent()
  renameSync(join(copy.root, 'flows/associations/masakin'), join(copy.root, 'flows/associations/rahma'))
  copy.edit('flows/associations/rahma/association.yaml', 'slug: masakin', 'slug: rahma')
  copy.edit('flows/associations/rahma/association.yaml', 'name: { ar: جمعية مساكن', 'name: { ar: جمعية رحمة')
  const releases = [
    ...loadContent({ root: join(import.meta.dirname, '../../..'), slugs: [masakin], useSample: true }),
    ...loadContent({ root: copy.root, slugs: [rahma], useSample: true }),
  ]
  copy.drop()
  const tokens = [
    { association: null, token },
    { association: rahma, token: rahmaToken },
  ]
  open = await openBots({ releases, tokens })
  await open.telegram.start()
  const first = open.bot.person(7001)
  const second = open.api.bot(rahmaToken).person(7001)
  first.says('السلام عليكم')
  second.says('السلام عليكم')
  expect((await first.waitFor(1))[0]?.text).toContain('جمعية مساكن')
  expect((await second.waitFor(1))[0]?.text).toContain('جمعية رحمة')
  const { rows } = await open.opened.pools.owner.query(
    `select k.association, k.kind, k.name, count(i.*)::int as heard, count(distinct i.association)::int as associations
     from channel_account k join inbox i on i.account_id = k.id group by 1, 2, 3 order by 1`,
  )
  expect(rows).toEqual([
    { association: 'masakin', kind: 'telegram', name: '4242', heard: 1, associations: 1 },
    { association: 'rahma', kind: 'telegram', name: '5151', heard: 1, associations: 1 },
  ])
  expect(open.telegram.bots.map(({ association }) => association)).toEqual([masakin, rahma])
})

test('an account that is switched off is not served, and its settings are checked', async () => {
  open = await openBots()
  const { opened, account } = open
  const set = (settings: object, enabled = true) =>
    opened.pools.owner.query('update channel_account set settings = $2, enabled = $3 where id = $1', [account, settings, enabled])
  await set({ pace: { account: { perSecond: 100, burst: 10 }, chat: { perSecond: 0, burst: 1 } } })
  const error = await open.again().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PlatformError)
  expect(String(error)).toMatch(new RegExp(`Channel account ${account}: settings\\.pace\\.chat\\.perSecond: .+`))
  await set({ pace: { account: { perSecond: 100, burst: 10 }, chat: { perSecond: 2, burst: 1 } } })
  expect((await open.again()).bots).toHaveLength(1)
  await set({}, false)
  expect((await open.again()).bots).toEqual([])
})

test('the token is kept sealed, and a new one of the same bot takes its place', async () => {
  open = await openBots()
  const { application, pools } = open.opened
  const kept = async () =>
    (await pools.owner.query<{ secret: Buffer }>('select secret from channel_account where kind = $1', ['telegram'])).rows
  const [before] = await kept()
  expect(before?.secret.toString('latin1')).not.toContain(canary)
  const put = (secret: string) =>
    application.store.associations.openAccount({ association: masakin, kind: 'telegram', name: '4242', secret })
  await put(token)
  expect((await kept())[0]?.secret.equals(before?.secret ?? Buffer.from(''))).toBe(true)
  await put('4242:AAanother_token_of_the_same_bot')
  const rows = await kept()
  expect(rows).toHaveLength(1)
  expect(rows[0]?.secret.equals(before?.secret ?? Buffer.from(''))).toBe(false)
})

test('of two holders one has the lease, until it gives it up or it runs out', async () => {
  open = await openBots()
  const of = { association: masakin, account: open.account }
  const { prisma } = open.opened.application.store
  const lease = createPollLease(prisma)
  expect(await lease.tryTake(of, 'a', 60_000)).toBe(true)
  expect(await lease.tryTake(of, 'b', 60_000)).toBe(false)
  expect(await lease.tryTake(of, 'a', 60_000)).toBe(true)
  await lease.release(of, 'b')
  expect(await lease.tryTake(of, 'b', 60_000)).toBe(false)
  await lease.release(of, 'a')
  const both = await Promise.all(['c', 'd', 'e', 'f'].map((holder) => lease.tryTake(of, holder, 100)))
  expect(both.filter(Boolean)).toHaveLength(1)
  await until('it runs out', () => lease.tryTake(of, 'g', 60_000))
  // Nobody of another association touches it.
  expect(await lease.tryTake({ ...of, association: rahma }, 'g', 60_000)).toBe(false)
})

test('tokens in the environment or in a file, told wrong in one line that holds none of them', () => {
  const read = (env: Record<string, string>) => readBotTokens(readConfig(env))
  const lines = (env: Record<string, string>): string => {
    try {
      read(env)
    } catch (error) {
      return error instanceof ConfigError ? error.message : String(error)
    }
    return ''
  }
  expect(read({})).toEqual([])
  expect(read({ TELEGRAM_BOT_TOKEN: token })).toEqual([{ association: 'masakin', token }])
  expect(read({ TELEGRAM_BOT_TOKEN: `rahma=${rahmaToken}, ${token}`, SILA_ASSOCIATION: 'birr' })).toEqual([
    { association: 'rahma', token: rahmaToken },
    { association: 'birr', token },
  ])
  const folder = mkdtempSync(join(tmpdir(), 'sila-token-'))
  const file = join(folder, 'token')
  writeFileSync(file, `${token}\nrahma=${rahmaToken}\n`)
  expect(read({ TELEGRAM_BOT_TOKEN_FILE: file })).toHaveLength(2)
  writeFileSync(file, `no ${canary}`)
  expect(lines({ TELEGRAM_BOT_TOKEN_FILE: file })).toBe(
    `TELEGRAM_BOT_TOKEN (in ${file}): must be a token of @BotFather, or association=token with commas between several.`,
  )
  expect(lines({ TELEGRAM_BOT_TOKEN_FILE: join(folder, 'none') })).toMatch(/^TELEGRAM_BOT_TOKEN_FILE=.*cannot be read/)
  rmSync(folder, { recursive: true })
  const wrong = ['x', `${token},`.repeat(2), `Rahma=${rahmaToken}`, '4242:short', `rahma=${rahmaToken};${token}`]
  for (const value of wrong) {
    expect(lines({ TELEGRAM_BOT_TOKEN: value })).toMatch(/^TELEGRAM_BOT_TOKEN: (?:must be a token|names a bot twice)/)
    expect(lines({ TELEGRAM_BOT_TOKEN: value })).not.toContain('AA')
  }
  expect(lines({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_BOT_TOKEN_FILE: '/x' })).toContain('are both set')
  expect(lines({ TELEGRAM_DELIVERY: 'pigeon' })).toBe('TELEGRAM_DELIVERY=pigeon: must be auto, polling or webhook.')
})
