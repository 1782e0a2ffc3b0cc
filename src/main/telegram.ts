/** The bots of Telegram: an account, an adapter and a connection for each, and where their deliveries come in. */
import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { createBotApi } from '../channels/telegram/api.ts'
import { createTelegramChannel, type TelegramChannel } from '../channels/telegram/channel.ts'
import { createIntake, type Intake } from '../channels/telegram/intake.ts'
import { createPolling } from '../channels/telegram/polling.ts'
import { type ProfileTexts, presentBot } from '../channels/telegram/profile.ts'
import { readUpdate, type TelegramUpdate } from '../channels/telegram/update.ts'
import { createWebhook } from '../channels/telegram/webhook.ts'
import type { Config } from '../config/read-config.ts'
import { readBotTokens } from '../config/telegram-bots.ts'
import type { Language } from '../core/engine/state.ts'
import type { AccountId, Slug } from '../core/ids.ts'
import { telegramWebhook } from '../http/webhooks/telegram.ts'
import { PlatformError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Connection, ConnectionHealth } from '../ports/channel.ts'
import type { AccountOf } from '../ports/poll-lease.ts'
import { isUnavailable } from '../ports/unavailable.ts'
import { PaceSettings } from '../store/account-pace.ts'
import { createPollLease } from '../store/poll-lease.ts'
import type { Application } from './application.ts'

export interface TelegramOptions {
  config: Pick<Config, 'association' | 'publicUrl' | 'telegramApiRoot' | 'telegramBotToken' | 'telegramDelivery'>
  application: Application
  /** Key of the blind indexes: webhook secrets and names of messages are derived from it. */
  indexKey: Buffer
  /** Whether the database gives a sign of life. Never fails. */
  databaseAnswers(): Promise<boolean>
  logger: Logger
  /** Of this process among all on the database: the same after a crash. */
  place?: string
  /** For tests. */
  timing?: { pollSeconds?: number; leaseMs?: number }
}

export interface TelegramBot extends AccountOf {
  /** Its number, as the token begins. */
  name: string
  health(): ConnectionHealth
}

export interface TelegramBots {
  bots: readonly TelegramBot[]
  delivery: 'polling' | 'webhook'
  /** The webhooks' side of the server. */
  plugin(app: FastifyInstance): unknown
  /** Once the server listens. Does not wait for Telegram. */
  start(): Promise<void>
  /** Resolves when nothing is under way; what is not stored stays with Telegram. */
  stop(): Promise<void>
}

/** What a row of channel_account may say about a bot. Its username is written by us, for links to it. */
const Settings = PaceSettings.extend({ username: z.string().optional() }).strict()

/** Descriptions stand in `locales/<language>/telegram.yaml`; `language` is called after the other one. */
const menu = ['menu', 'status', 'human', 'back', 'cancel', 'language', 'stop'] as const
const otherLanguage: Record<Language, string> = { ar: 'english', en: 'arabic' }

const profileOf = ({ contents }: Application, association: Slug): Record<Language, ProfileTexts> => {
  const release = contents.current(association)
  const textsIn = (language: Language): ProfileTexts => {
    const text = (key: string) => release.label(language, `telegram:${key}`) ?? ''
    const name = release.association.name[language]
    return {
      commands: menu.map((command) => ({
        command: command === 'language' ? otherLanguage[language] : command,
        description: text(`commands.${command}`),
      })),
      description: `${name}\n${text('description')}`,
      about: `${name}\n${text('about')}`,
    }
  }
  return { ar: textsIn('ar'), en: textsIn('en') }
}

const readSettings = (account: AccountId, raw: unknown): z.output<typeof Settings> => {
  const parsed = Settings.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = ['settings', ...(issue?.path ?? [])].join('.')
  throw new PlatformError('account-settings', `Channel account ${account}: ${where}: ${issue?.message ?? 'is wrong'}.`)
}

/** @throws PlatformError with one line when a bot cannot be served as it is configured */
export const openTelegram = async (options: TelegramOptions): Promise<TelegramBots> => {
  const { config, application, indexKey, logger } = options
  const { telegramDelivery: wanted, publicUrl, telegramApiRoot: apiRoot } = config
  const delivery = wanted === 'auto' ? (publicUrl.startsWith('https:') ? 'webhook' : 'polling') : wanted
  const keyed = (purpose: string, text: string): Buffer => createHmac('sha256', indexKey).update(`${purpose}|${text}`).digest()
  /** Names of chats: each message asks for its chat's three times. */
  const hidden = new LRUCache<string, string>({ max: 8_000 })
  const isAway = async (error?: unknown): Promise<boolean> => isUnavailable(error) || !(await options.databaseAnswers())
  const lease = createPollLease(application.store.prisma)
  const deliveries = new Map<string, { secret: string; intake: Intake }>()
  const served: { bot: TelegramBot; connection: Connection; present(): void }[] = []

  const receive = async (of: AccountOf, channel: TelegramChannel, update: TelegramUpdate): Promise<void> => {
    const standing = channel.standingOf(update)
    if (standing) await application.setReachable(of.association, of.account, standing.external, standing.reachable)
    for (const each of channel.toUpdates(update)) await application.runner.receive({ ...of, update: each })
  }

  const open = async (association: Slug, token: string): Promise<void> => {
    const api = createBotApi({ token, apiRoot })
    const opened = await application.store.associations.openAccount({ association, kind: 'telegram', name: api.bot, secret: token })
    const { account } = opened
    if (!opened.enabled) return
    const of: AccountOf = { association, account }
    const settings = readSettings(account, opened.settings)
    const release = application.contents.current(association)
    const channel = createTelegramChannel({
      api,
      hide: (id) => {
        const known = hidden.get(`${account}|${id}`)
        if (known !== undefined) return known
        const name = keyed('telegram', `${account}|${id}`).toString('base64url').slice(0, 16)
        hidden.set(`${account}|${id}`, name)
        return name
      },
      readFile: async (id) => (await application.files.read(association, id)).bytes,
      groupLine: (['ar', 'en'] as const).map((language) => release.label(language, 'telegram:group') ?? '').join('\n'),
      now: () => application.clock.now(),
    })
    const intake = createIntake({
      receive: (update) => receive(of, channel, update),
      greet: channel.greet,
      isAway,
      deadLetter: async (update, error) => {
        const letter = { ...of, externalId: `update:${update.update_id}`, body: JSON.stringify(update), error }
        await application.deadLetters.put(letter).catch((err: unknown) => {
          logger.error({ ...of, channel: 'telegram', code: 'not-kept', err }, 'an update can be neither received nor kept')
          throw err
        })
      },
    })
    const tell = ({ state, detail }: ConnectionHealth) => {
      const level = state === 'degraded' || state === 'refused' ? 'warn' : state === 'connecting' && detail === null ? 'debug' : 'info'
      logger[level]({ ...of, channel: 'telegram', outcome: state }, detail ?? state)
    }
    const secret = keyed('telegram-webhook', account).toString('base64url')
    const connection =
      delivery === 'webhook'
        ? createWebhook({ api, url: `${publicUrl}/webhooks/telegram/${account}`, secret, tell })
        : createPolling({ api, intake, of, lease, tell, ...(options.place && { holder: options.place }), ...options.timing })
    if (delivery === 'webhook') deliveries.set(account, { secret, intake })
    const present = async (): Promise<void> => {
      const told = await presentBot(api, profileOf(application, association), (method) =>
        logger.warn({ ...of, channel: 'telegram', code: method }, 'the page of the bot could not be set'),
      )
      if (told !== null && told !== settings.username) await application.store.links.nameBot(of, told)
    }
    application.connect(account, channel)
    served.push({
      bot: { ...of, name: api.bot, health: connection.health },
      connection,
      present: () =>
        void present().catch((err: unknown) => logger.warn({ ...of, channel: 'telegram', err }, 'the name of the bot is not kept')),
    })
  }
  for (const { association, token } of readBotTokens(config)) await open(association as Slug, token) // its release has been loaded

  return {
    bots: served.map(({ bot }) => bot),
    delivery,
    plugin: (app) =>
      app.register(telegramWebhook, {
        delivery: (account) => {
          const found = deliveries.get(account)
          if (!found) return null
          const take = async (raw: unknown) => {
            const update = readUpdate(raw)
            if (update !== null) return await found.intake.take(update, async () => false)
            // It never will be one: acknowledged, or Telegram would come again with it for a day.
            logger.warn({ account, channel: 'telegram', code: 'malformed' }, 'a delivery that is no update')
            return true
          }
          return { secret: found.secret, take }
        },
      }),
    start: async () => {
      for (const { connection, present } of served) {
        await connection.start()
        present()
      }
    },
    stop: async () => {
      // The adapters stay: what is under way still goes out through them.
      await Promise.all(served.map(({ connection }) => connection.stop()))
    },
  }
}
