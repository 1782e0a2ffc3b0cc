/** A bot with its database and its Bot API server, to break: ours, and the peer in the same place. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startCluster } from '../../src/platform/embedded-postgres.ts'
import { createWorld } from '../../test/faults/support/world.ts'
import { type BotSide, startBotApi } from '../../test/support/bot-api/server.ts'
import { type PostgresProxy, startPostgresProxy } from '../../test/support/postgres-proxy.ts'
import { supportRequest } from '../../test/support/support-answers.ts'
import { questions } from '../peers/bots.ts'
import { startPeer } from '../peers/start-peer.ts'

export interface Install {
  name: string
  bot: BotSide
  proxy: PostgresProxy
  /** What somebody writes up to the last confirmation; the last line files the request. */
  script: readonly string[]
  /** Name of the statement that writes the request. */
  filing: string
  /** Of a line in the middle, whose answer is a question of its own: its place in the script. */
  middle: number
  /** SIGKILL, and at once a new process. */
  kill(): Promise<void>
  restartDatabase(awayMs: number): Promise<void>
  /** Requests of that chat's person that stand in the database. */
  requests(chat: number): Promise<number>
  close(): Promise<void>
}

const query = async <R extends pg.QueryResultRow>(url: string, text: string, values: unknown[]): Promise<R[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}

export const installSila = async (): Promise<Install> => {
  const world = await createWorld()
  let before = 0
  return {
    name: 'Sila, polling',
    bot: world.bot,
    proxy: world.proxy,
    script: supportRequest,
    filing: 'turn_commit',
    middle: 4,
    kill: () => world.processes.crash(0),
    restartDatabase: (awayMs) => world.restartDatabase(awayMs),
    // Whose request it is stands sealed: one person at a time files one, so the new ones are theirs.
    requests: async () => {
      const [row] = await world.query<{ n: number }>("select count(*)::int as n from request where stage not in ('draft', 'discarded')")
      const found = (row?.n ?? 0) - before
      before = row?.n ?? 0
      return found
    },
    close: () => world.close(),
  }
}

const token = '4243:peer-of-the-reliability-table-0123456789'
const peerScript = ['السلام عليكم', 'خالد محمد العتيبي', '1000000008', '0500000001', 'الرياض', '4', 'نعم']

export const installPeer = async (): Promise<Install> => {
  const home = mkdtempSync(join(tmpdir(), 'sila-peer-'))
  let cluster = await startCluster(home)
  const proxy = await startPostgresProxy(() => ({ host: '127.0.0.1', port: cluster.port }))
  const api = await startBotApi()
  const bot = api.bot(token, { username: 'peer_bot' })
  if (peerScript.length !== questions.length + 1) throw new Error('the peer asks something else')
  const start = () => startPeer({ kind: 'request', token, apiRoot: api.url, databaseUrl: proxy.url(cluster.url), port: null })
  let peer = await start()
  return {
    name: 'telegraf WizardScene + PostgreSQL, polling',
    bot,
    proxy,
    script: peerScript,
    filing: 'request_insert',
    middle: 2,
    kill: async () => {
      await peer.end('SIGKILL')
      peer = await start()
    },
    restartDatabase: async (awayMs) => {
      proxy.cut()
      await cluster.stop()
      await new Promise((resolve) => setTimeout(resolve, awayMs))
      cluster = await startCluster(home)
      proxy.restore()
    },
    requests: async (chat) => {
      const [row] = await query<{ n: number }>(cluster.url, 'select count(*)::int as n from request where chat = $1', [chat])
      return row?.n ?? 0
    },
    close: async () => {
      await peer.end('SIGKILL')
      await proxy.close()
      await api.close()
      await cluster.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
