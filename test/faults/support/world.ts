/** A whole installation to break: PostgreSQL with fsync, a Bot API server, the program in processes. */
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Cluster, startCluster } from '../../../src/platform/embedded-postgres.ts'
import { findFreePort } from '../../../src/platform/free-port.ts'
import { type BotApi, type BotSide, startBotApi } from '../../support/bot-api/server.ts'
import { checkLedger, type Ledger, type Said, type Visible } from './check-ledger.ts'
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts'
import { type Processes, startProcesses } from './program.ts'

export interface World {
  botApi: BotApi
  bot: BotSide
  proxy: PostgresProxy
  processes: Processes
  /** Of the database itself, around the proxy, as its owner. */
  databaseUrl(): string
  /** Stops PostgreSQL as a power cut would, and starts it again on its files. */
  crashDatabase(): Promise<void>
  /** Ends PostgreSQL in the ordinary way and starts it again. */
  restartDatabase(awayMs?: number): Promise<void>
  /** Waits until nothing is waiting, queued or leased. @throws when that takes longer than `ms` */
  settle(ms?: number): Promise<void>
  ledger(options?: { requests?: boolean }): Promise<Ledger>
  close(): Promise<void>
}

export interface WorldOptions {
  /** Program processes on the one database. */
  processes?: number
  delivery?: 'polling' | 'webhook'
  /** Further variables for every process. */
  env?: Record<string, string>
}

const token = '7000001:fault-suite-token-0123456789abcdefghij'

export const createWorld = async ({ processes: count = 1, delivery = 'polling', env = {} }: WorldOptions = {}): Promise<World> => {
  const home = mkdtempSync(join(tmpdir(), 'sila-faults-'))
  let cluster: Cluster = await startCluster(home)
  const proxy = await startPostgresProxy(() => ({ host: '127.0.0.1', port: cluster.port }))
  const botApi = await startBotApi()
  const bot = botApi.bot(token, { username: 'sila_faults_bot' })
  const indexKey = randomBytes(32)
  let account: string | null = null
  const keys = ['master', 'index', 'auth'].map((name) => {
    const path = join(home, `${name}.key`)
    writeFileSync(path, name === 'index' ? indexKey : randomBytes(32), { mode: 0o600 })
    return [`SILA_${name.toUpperCase()}_KEY_FILE`, path] as const
  })
  const ports = await Promise.all(Array.from({ length: count }, () => findFreePort()))
  const processes = await startProcesses(
    ports.map((port, index) => ({
      ...Object.fromEntries(keys),
      PORT: String(port),
      SILA_DATA_DIR: join(home, `data-${index}`),
      DATABASE_URL: proxy.url(cluster.url),
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: botApi.url,
      TELEGRAM_DELIVERY: delivery,
      ...(delivery === 'webhook' && { PUBLIC_URL: `http://localhost:${port}` }),
      SILA_BURST_TEXT_MS: '50',
      SILA_BURST_MEDIA_MS: '100',
      LOG_LEVEL: 'error',
      ...env,
    })),
    /http:\/\/localhost:\d+/,
  )
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
    processes,
    databaseUrl: () => cluster.url,
    crashDatabase: () =>
      replaceCluster(async () => {
        process.kill(cluster.pid, 'SIGQUIT')
        await cluster.exited
      }, 0),
    restartDatabase: (awayMs = 0) => replaceCluster(() => cluster.stop(), awayMs),
    async settle(ms = 90_000) {
      const end = Date.now() + ms
      for (;;) {
        const now = await world.ledger({ requests: false })
        if (now.unsent === 0 && now.inboundLost.length === 0) return
        if (Date.now() > end) return
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
    },
    async ledger({ requests = true } = {}) {
      account ??= await accountOf(cluster.url)
      const names = namesOf(indexKey, account)
      return checkLedger({ url: cluster.url, said: saidTo(bot, names), visible: visibleFrom(botApi, names), requests })
    },
    async close() {
      await processes.end()
      await proxy.close()
      await botApi.close()
      await cluster.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return world
}

/** The names under which the program keeps what it does not want in a plain column: as its README says, a keyed hash. */
const namesOf = (indexKey: Buffer, account: string) => {
  const hide = (id: string | number): string =>
    createHmac('sha256', indexKey).update(`telegram|${account}|${id}`).digest('base64url').slice(0, 16)
  return { message: (chat: number, id: number) => `${hide(chat)}:${id}`, press: (id: string) => `c${hide(id)}` }
}
type Names = ReturnType<typeof namesOf>

/** What people did in private, by the id under which the program must have stored it. */
const saidTo = (bot: BotSide, names: Names): Said[] =>
  bot.updates().flatMap(({ update }): Said | [] => {
    const { message, callback_query: press } = update
    if (message?.chat.type === 'private') return { chat: message.chat.id, externalId: names.message(message.chat.id, message.message_id) }
    if (press?.message?.chat.type === 'private') return { chat: press.message.chat.id, externalId: names.press(press.id) }
    return []
  })

const visibleFrom = (botApi: BotApi, names: Names): Visible[] =>
  botApi
    .log()
    .flatMap(({ method, chat, messageId, at, outcome }) =>
      outcome.accepted && chat !== null && messageId !== null && method.startsWith('send')
        ? { chat, name: names.message(chat, messageId), at }
        : [],
    )

const accountOf = async (url: string): Promise<string> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>("select id from channel_account where kind = 'telegram'")
    if (!rows[0]) throw new Error('the bot has no account')
    return rows[0].id
  } finally {
    await client.end()
  }
}
