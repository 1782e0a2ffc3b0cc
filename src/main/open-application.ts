/** Opens the data folder and the application on it: for the program that serves and for commands alike. */
import { join } from 'node:path'
import type { Config } from '../config/read-config.ts'
import { readBotTokens } from '../config/telegram-bots.ts'
import { assertRole, openPools, type Pools } from '../platform/database.ts'
import { type KeyRefusals, loadKeys } from '../platform/keys.ts'
import { createLogger, type Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { migrate } from '../platform/migrate.ts'
import { joinOrStart, type OpenData, startData } from '../platform/open-data.ts'
import type { Channel } from '../ports/channel.ts'
import type { Clock } from '../ports/clock.ts'
import { type Application, createApplication } from './application.ts'
import type { Signals } from './events.ts'
import { loadReleases } from './load-releases.ts'
import { migrationsDir } from './root.ts'

export interface OpenApplication {
  application: Application
  data: OpenData
  pools: Pools
  keys: Awaited<ReturnType<typeof loadKeys>>
  logger: Logger
  migrated: string[]
  close(): Promise<void>
}

export interface OpenOptions {
  config: Config
  /** Of a process that serves (platform/place.ts). */
  place?: string
  /** `start` takes the folder; `command` joins whoever has it. */
  how: 'start' | 'command'
  channels?: Channel[]
  clock?: Clock
  metrics?: Metrics
  logger?: Logger
  window?: { text: number; media: number }
  signals?: Signals
  /** Use sample values for open slots; refused in production. */
  sample?: boolean
}

/** Other keys than those a database was made with open nothing of it, and processes with different ones find different people. */
const keyRefusals = async (config: Config, pools: Pools): Promise<KeyRefusals> => {
  const { rows } = await pools.app.query<{ some: boolean }>('select exists (select from association) as some')
  const shared = config.role === 'all' ? null : 'shared'
  return { people: rows[0]?.some ? 'data' : shared, sessions: shared }
}

/** Sample values stand in for open slots, but never in production. */
export const usesSample = (config: Config): boolean => config.nodeEnv !== 'production'

export const openApplication = async (options: OpenOptions): Promise<OpenApplication> => {
  const { config } = options
  const logger = options.logger ?? createLogger({ level: config.logLevel })
  const { dataDir, databaseUrl } = config
  const sample = options.sample ?? usesSample(config)
  // Bots may belong to other associations as well.
  const releases = loadReleases([config.association, ...readBotTokens(config).map(({ association }) => association)], sample)
  const data = options.how === 'start' ? await startData({ dataDir, databaseUrl }) : await joinOrStart({ dataDir, databaseUrl })
  let pools: Pools | null = null
  try {
    pools = openPools({
      url: data.url,
      ...(options.place && { place: options.place }),
      onError: (err) => logger.warn({ err }, 'an idle connection was lost'),
    })
    const { applied } = await migrate(pools.owner, migrationsDir)
    await assertRole(pools.app)
    const keys = await loadKeys(data.dataDir, config, await keyRefusals(config, pools))
    const application = await createApplication({
      pool: pools.app,
      keys,
      files: join(data.dataDir, 'files'),
      releases,
      sample,
      logger,
      // Plain HTTP is somebody's own machine: nobody elsewhere could open it.
      publicUrl: config.publicUrl.startsWith('https:') ? config.publicUrl : null,
      ...(options.metrics && { metrics: options.metrics }),
      ...(options.clock && { clock: options.clock }),
      ...(options.window && { window: options.window }),
      ...(options.signals && { signals: options.signals }),
      ...(options.channels && { channels: options.channels }),
    })
    const opened = pools
    return {
      application,
      data,
      pools: opened,
      keys,
      logger,
      migrated: applied,
      close: async () => {
        await application.stop()
        await opened.close()
        await data.stop()
      },
    }
  } catch (error) {
    await pools?.close()
    await data.stop()
    throw error
  }
}
