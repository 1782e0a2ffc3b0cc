/** The files of an installation that has started once: made one time in a run, and copied for every world. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { startCluster } from '../../../src/platform/embedded-postgres.ts'
import { findFreePort } from '../../../src/platform/free-port.ts'
import { startBotApi } from '../../support/bot-api/server.ts'
import { startProcesses } from './program.ts'

export const token = '7000001:fault-suite-token-0123456789abcdefghij'
export const username = 'sila_faults_bot'
export const ready = /http:\/\/localhost:\d+/

/** People here answer at once, and Telegram's one message a second to a chat would be all that is measured. */
const pace = { account: { perSecond: 2_000, burst: 1_000 }, chat: { perSecond: 50, burst: 50 } }

let model: Promise<string> | null = null

/** Its own folder; the caller removes it. */
export const copyHome = async (): Promise<string> => {
  model ??= makeModel()
  const home = mkdtempSync(join(tmpdir(), 'sila-faults-'))
  await promisify(execFile)('cp', ['-a', `${await model}/.`, home])
  return home
}

const makeModel = async (): Promise<string> => {
  const home = mkdtempSync(join(tmpdir(), 'sila-faults-model-'))
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
  await mkdir(join(home, 'data'), { mode: 0o700 })
  const cluster = await startCluster(home)
  const botApi = await startBotApi()
  botApi.bot(token, { username })
  try {
    const processes = await startProcesses(
      [
        {
          PORT: String(await findFreePort()),
          SILA_DATA_DIR: join(home, 'data'),
          DATABASE_URL: cluster.url,
          TELEGRAM_BOT_TOKEN: token,
          TELEGRAM_API_ROOT: botApi.url,
          TELEGRAM_DELIVERY: 'polling',
          LOG_LEVEL: 'error',
        },
      ],
      ready,
    )
    await processes.stop(0)
    await setSettings(cluster.url, { pace })
  } finally {
    await botApi.close()
    await cluster.stop()
  }
  return home
}

/** Settings of the bot's account, which a process reads when it starts. */
export const setSettings = async (url: string, settings: object): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`update channel_account set settings = $1 where kind = 'telegram'`, [JSON.stringify(settings)])
    await client.query('delete from account_pace')
  } finally {
    await client.end()
  }
}
