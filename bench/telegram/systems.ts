/** The bots that are measured, each in a process of its own with a Bot API server of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { root } from '../../src/main/root.ts'
import { findFreePort } from '../../src/platform/free-port.ts'
import { type BotApiProcess, startBotApiProcess } from '../../test/support/bot-api/process.ts'
import type { PeerKind } from '../peers/bots.ts'
import { type Child, startChild } from '../peers/child.ts'
import { startPeer } from '../peers/start-peer.ts'

export type Delivery = 'polling' | 'webhook'

export interface Running {
  api: BotApiProcess
  token: string
  pid: number
  close(): Promise<void>
}

export interface System {
  name: string
  kind: 'echo' | 'wizard' | 'sila'
  delivery: Delivery
  /** @param url of an empty database, as its owner */
  start(url: string): Promise<Running>
}

export const token = '4242:benchmark-token-0123456789abcdefghijklm'

const withApi = async (start: (api: BotApiProcess) => Promise<Child>, after: () => void = () => {}): Promise<Running> => {
  const api = await startBotApiProcess()
  try {
    await api.control('bot', { token, username: 'bench_bot' })
    const child = await start(api)
    return {
      api,
      token,
      pid: child.pid,
      close: async () => {
        await child.end()
        await api.stop()
        after()
      },
    }
  } catch (error) {
    await api.stop()
    throw error
  }
}

const peer = (name: string, kind: PeerKind & System['kind'], delivery: Delivery): System => ({
  name,
  kind,
  delivery,
  start: (databaseUrl) =>
    withApi(async ({ url: apiRoot }) => {
      const port = delivery === 'webhook' ? await findFreePort() : null
      return startPeer({ kind, token, apiRoot, databaseUrl, port })
    }),
})

/** As `npm start` runs it. Windows for bursts are shut, for no peer has any. */
const startSila = async (of: {
  databaseUrl: string
  apiRoot: string
  delivery: Delivery
  dataDir: string
  nodeArgs?: readonly string[]
}): Promise<Child> => {
  const port = await findFreePort()
  return startChild({
    args: ['--max-semi-space-size=8', '--max-old-space-size=256', ...(of.nodeArgs ?? []), join(root, 'src/main/sila.js'), 'start'],
    env: {
      PORT: String(port),
      SILA_DATA_DIR: of.dataDir,
      DATABASE_URL: of.databaseUrl,
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: of.apiRoot,
      TELEGRAM_DELIVERY: of.delivery,
      PUBLIC_URL: `http://localhost:${port}`,
      SILA_BURST_TEXT_MS: '0',
      SILA_BURST_MEDIA_MS: '0',
    },
    ready: /http:\/\/localhost:\d+/,
  })
}

/** Nobody counts: the peers do not either. */
const liftPace = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query(`update channel_account set settings = settings || '{"pace": null}' where kind = 'telegram'`)
    if (rowCount !== 1) throw new Error('the bot has no account')
  } finally {
    await client.end()
  }
}

const sila = (delivery: Delivery): System => ({
  name: 'Sila',
  kind: 'sila',
  delivery,
  start: async (databaseUrl) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sila-bench-data-'))
    const profile = process.env.BENCH_PROFILE
    const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${join(profile, delivery)}`] : []
    return withApi(
      async ({ url: apiRoot }) => {
        const of = { databaseUrl, apiRoot, delivery, dataDir }
        // The first start makes the account; the second reads what its row says about pace.
        const first = await startSila(of)
        await liftPace(databaseUrl)
        await first.end()
        return startSila({ ...of, nodeArgs })
      },
      () => rmSync(dataDir, { recursive: true, force: true }),
    )
  },
})

const names = { echo: 'telegraf echo, no state', wizard: 'telegraf WizardScene + PostgreSQL' } as const

export const systems: readonly System[] = (['polling', 'webhook'] as const).flatMap((delivery) => [
  peer(names.echo, 'echo', delivery),
  peer(names.wizard, 'wizard', delivery),
  sila(delivery),
])
