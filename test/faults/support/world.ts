/** A whole installation to break: PostgreSQL with fsync, a Bot API server, the program in processes. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type Cluster, startCluster } from '../../../src/platform/embedded-postgres.ts'
import { findFreePort } from '../../../src/platform/free-port.ts'
import { type BotApi, type BotSide, startBotApi } from '../../support/bot-api/server.ts'
import { createOfficer, type Officer } from '../../support/officer.ts'
import { type PostgresProxy, startPostgresProxy } from '../../support/postgres-proxy.ts'
import { type RunningRedis, startRedis } from '../../support/redis.ts'
import { compare, type Ledger, readTables, type TakeOver } from './check-ledger.ts'
import { type Front, startFront } from './front.ts'
import { copyHome, ready, setSettings, token, username } from './home.ts'
import { type Names, namesOf, saidTo, visibleFrom } from './names.ts'
import { type Processes, startProcesses } from './program.ts'

export interface World {
  botApi: BotApi
  bot: BotSide
  proxy: PostgresProxy
  front: Front
  processes: Processes
  /** Only when it was asked for. */
  redis: RunningRedis | null
  /** Environment that every process shares: for a command beside them. */
  env: Record<string, string>
  /** Sets the clock of every process so many milliseconds off; only with `shiftable`. */
  shiftClock(ms: number): void
  /** Of the database itself, around the proxy, as its owner. */
  query<T extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<T[]>
  /** The conversation of somebody who has written. */
  conversationOf(chat: number): Promise<string>
  /** Signed in at the desk of a process: the first member of staff, unless named. */
  officer(process: number, credentials?: [email: string, password: string]): Promise<Officer>
  /** Stops PostgreSQL as a power cut would, and starts it again on its files. */
  crashDatabase(): Promise<void>
  /** Ends PostgreSQL in the ordinary way and starts it again. */
  restartDatabase(awayMs?: number): Promise<void>
  /** Until nothing waits, is queued or is leased, or `ms` have passed. */
  settle(ms?: number): Promise<void>
  ledger(options?: LedgerOptions): Promise<Ledger>
  close(): Promise<void>
}

export interface LedgerOptions {
  /** Everyone, when left out. */
  applied?(chat: number): boolean
  takeOvers?: readonly TakeOver[]
}

export interface WorldOptions {
  /** Roles of the processes on the one database. */
  processes?: readonly ('all' | 'gateway' | 'worker')[]
  delivery?: 'polling' | 'webhook'
  redis?: boolean
  /** The processes' clock can be moved. */
  shiftable?: boolean
  /** The bot's pace is Telegram's own, not the quick one of these tests. */
  ownPace?: boolean
  /** Further variables of every process. */
  env?: Record<string, string>
}

const clockModule = new URL('shift-clock.js', import.meta.url).href

export const createWorld = async (options: WorldOptions = {}): Promise<World> => {
  const { processes: roles = ['all'], delivery = 'polling', redis: wantsRedis = false, shiftable = false, ownPace = false } = options
  const home = await copyHome()
  let cluster: Cluster = await startCluster(home)
  // Whoever interrupts a run leaves nothing behind.
  const abandon = (): void => {
    process.kill(cluster.pid, 'SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
  process.once('exit', abandon)
  if (ownPace) await setSettings(cluster.url, {})
  const proxy = await startPostgresProxy(() => ({ host: '127.0.0.1', port: cluster.port }))
  // A quarter of the real pauses: what is tested is that it comes again, not how long Telegram waits.
  const botApi = await startBotApi({ webhookRetryMs: 250 })
  const bot = botApi.bot(token, { username })
  const redis = wantsRedis ? await startRedis() : null
  const clockFile = join(home, 'clock')
  const ports = await Promise.all(roles.map(() => findFreePort()))
  const front = await startFront(ports.filter((_, index) => roles[index] !== 'worker'))
  const env = {
    SILA_DATA_DIR: join(home, 'data'),
    DATABASE_URL: proxy.url(cluster.url),
    ...(redis && { REDIS_URL: redis.url }),
    TELEGRAM_BOT_TOKEN: token,
    TELEGRAM_API_ROOT: botApi.url,
    TELEGRAM_DELIVERY: delivery,
    PUBLIC_URL: front.url,
    SILA_BURST_TEXT_MS: '50',
    SILA_BURST_MEDIA_MS: '100',
    LOG_LEVEL: 'error',
    ...options.env,
    ...(shiftable && { NODE_OPTIONS: `--import=${clockModule}`, SILA_TEST_CLOCK: clockFile }),
  }
  const processes = await startProcesses(
    ports.map((port, index) => ({ ...env, PORT: String(port), SILA_ROLE: roles[index] ?? 'all' })),
    ready,
  )

  const query = async <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<T[]> => {
    const client = new pg.Client({ connectionString: cluster.url })
    await client.connect()
    try {
      return (await client.query<T>(sql, values)).rows
    } finally {
      await client.end()
    }
  }
  const [account] = await query<{ id: string }>("select id from channel_account where kind = 'telegram'")
  if (!account) throw new Error('the bot has no account')
  const names: Names = namesOf(readFileSync(join(home, 'data', 'keys', 'index.key')), account.id)

  const replaceCluster = async (end: () => Promise<void>, awayMs: number): Promise<void> => {
    proxy.cut()
    await end()
    if (awayMs > 0) await new Promise((resolve) => setTimeout(resolve, awayMs))
    cluster = await startCluster(home)
    proxy.restore()
  }
  const world: World = {
    botApi,
    bot,
    proxy,
    front,
    processes,
    redis,
    env,
    query,
    shiftClock: (ms) => writeFileSync(clockFile, String(ms)),
    conversationOf: async (chat) => {
      const ids = saidTo(bot, names).flatMap((one) => (one.chat === chat ? [one.externalId] : []))
      const [row] = await query<{ id: string }>('select conversation_id as id from inbox where external_id = any($1) limit 1', [ids])
      if (!row) throw new Error(`nothing of chat ${chat} is stored`)
      return row.id
    },
    officer: async (index, credentials) => {
      const officer = createOfficer(`http://localhost:${ports[index]}`)
      const [email = '', password = ''] =
        credentials ??
        readFileSync(join(home, 'data', 'first-sign-in.txt'), 'utf8')
          .trim()
          .split('\n')
      await officer.signIn(email, password)
      return officer
    },
    crashDatabase: () =>
      replaceCluster(async () => {
        process.kill(cluster.pid, 'SIGQUIT')
        await cluster.exited
      }, 0),
    restartDatabase: (awayMs = 0) => replaceCluster(() => cluster.stop(), awayMs),
    async settle(ms = 90_000) {
      for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
        const now = await world.ledger()
        if (now.unsent === 0 && now.inboundLost.length === 0) return
      }
    },
    ledger: async ({ applied = () => true, takeOvers = [] } = {}) =>
      compare(await readTables(cluster.url), { said: saidTo(bot, names), visible: visibleFrom(botApi, names), applied, takeOvers }),
    async close() {
      await processes.end()
      await Promise.all([front.close(), proxy.close(), botApi.close(), redis?.stop()])
      process.off('exit', abandon)
      await cluster.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return world
}
