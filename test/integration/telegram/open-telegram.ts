/** The whole application with bots of the local Bot API, as `main` puts it together. */
import type { FastifyInstance } from 'fastify'
import type { LoadedRelease } from '../../../src/content/load-content.ts'
import type { AccountId } from '../../../src/core/ids.ts'
import { Slug } from '../../../src/core/ids.ts'
import { createServer } from '../../../src/http/server.ts'
import type { Application } from '../../../src/main/application.ts'
import { loadReleases } from '../../../src/main/load-releases.ts'
import { openTelegram, type TelegramBots } from '../../../src/main/telegram.ts'
import { findFreePort } from '../../../src/platform/free-port.ts'
import { createLogger, createPino } from '../../../src/platform/logger.ts'
import { openTestApplication, type TestApplication } from '../../support/application.ts'
import { type BotApi, type BotApiOptions, type BotSide, startBotApi } from '../../support/bot-api/server.ts'

export const masakin = Slug.parse('masakin')
/** A secret that must be readable nowhere. */
export const canary = 'AAHcanaryTokenThatMustNeverBeSeen00'
export const token = `4242:${canary}`

export interface OpenTelegram {
  api: BotApi
  bot: BotSide
  opened: TestApplication
  telegram: TelegramBots
  account: AccountId
  /** Of the webhooks; also set without one. */
  url: string
  /** Everything logged, at trace level. */
  log(): string
  /** Another process with the same database and bots. */
  again(): Promise<TelegramBots>
  close(): Promise<void>
}

interface OpenOptions {
  delivery?: 'polling' | 'webhook'
  releases?: LoadedRelease[]
  tokens?: { association: string | null; token: string }[]
  window?: { text: number; media: number }
  api?: BotApiOptions
  /** In the place of the application's own. */
  instead?: Partial<Pick<Application, 'setReachable' | 'deadLetters'>>
  /** Before the bots are opened. */
  prepare?(opened: TestApplication): Promise<void>
}

export const openBots = async (options: OpenOptions = {}): Promise<OpenTelegram> => {
  const { delivery = 'polling', tokens = [{ association: null, token }], window = { text: 0, media: 0 } } = options
  let written = ''
  const destination = {
    write: (line: string) => {
      written += line
    },
  }
  const logger = createLogger({ level: 'trace', destination })
  const api = await startBotApi({ conflictHoldMs: 50, webhookRetryMs: 100, ...options.api })
  const [first = { token }] = tokens
  const sides = tokens.map((each) => api.bot(each.token))
  const opened = await openTestApplication({ releases: options.releases ?? loadReleases(masakin, true), window, logger })
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  await options.prepare?.(opened)
  const open = () =>
    openTelegram({
      config: {
        association: masakin,
        publicUrl: url,
        telegramApiRoot: api.url,
        telegramBotToken: tokens,
        telegramDelivery: delivery,
      },
      application: { ...opened.application, ...options.instead },
      indexKey: opened.keys.index,
      databaseAnswers: () =>
        opened.pools.app.query('select 1').then(
          () => true,
          () => false,
        ),
      logger,
      timing: { pollSeconds: 2, leaseMs: 900 },
    })
  const telegram = await open()
  const server: FastifyInstance = await createServer({
    logger: createPino({ level: 'trace', destination }),
    pages: null,
    publicUrl: null,
    describeError: (code) => code,
    home: (language) => ({ language, title: '', lead: '', links: [] }),
    health: async () => ({ database: true }),
    ready: () => ({ started: true, staying: true }),
    metrics: async () => ({ type: 'text/plain', text: '' }),
    plugins: [telegram.plugin],
  })
  await server.listen({ port, host: '127.0.0.1' })
  const others: TelegramBots[] = []
  const [bot] = sides
  const [served] = telegram.bots
  if (!bot || !served) throw new Error(`no bot is served for ${first.token.split(':')[0]}`)
  return {
    api,
    bot,
    opened,
    telegram,
    account: served.account,
    url,
    log: () => written,
    again: async () => {
      const other = await open()
      others.push(other)
      return other
    },
    close: async () => {
      await Promise.all([telegram, ...others].map((each) => each.stop()))
      await server.close()
      await opened.close()
      await api.close()
    },
  }
}

/** Waits for what must come about. */
export const until = async (claim: string, holds: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> => {
  const began = performance.now()
  while (!(await holds())) {
    if (performance.now() - began > ms) throw new Error(`never within ${ms} ms: ${claim}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export interface InboxLine {
  external_id: string
  kind: string
  state: string
  disposition: string | null
}
export const inboxOf = async ({ opened, account }: Pick<OpenTelegram, 'opened' | 'account'>): Promise<InboxLine[]> =>
  (
    await opened.pools.owner.query<InboxLine>('select external_id, kind, state, disposition from inbox where account_id = $1 order by id', [
      account,
    ])
  ).rows
