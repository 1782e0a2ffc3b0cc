/** The whole application on a fresh database of the test cluster. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadedRelease } from '../../src/content/load-content.ts'
import { type Application, createApplication } from '../../src/main/application.ts'
import { openPools, type Pools } from '../../src/platform/database.ts'
import { createLogger, type Logger } from '../../src/platform/logger.ts'
import type { Channel } from '../../src/ports/channel.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { freshDatabase } from './cluster.ts'

export interface TestApplication {
  application: Application
  pools: Pools
  url: string
  keys: { master: Buffer; index: Buffer }
  files: string
  close(): Promise<void>
}

export const openTestApplication = async (options: {
  releases: LoadedRelease[]
  clock?: Clock
  channels?: Channel[]
  window?: { text: number; media: number }
  logger?: Logger
  publicUrl?: string
}): Promise<TestApplication> => {
  const database = await freshDatabase()
  const files = mkdtempSync(join(tmpdir(), 'sila-files-'))
  const pools = openPools({ url: database.url, max: 8 })
  const keys = { master: randomBytes(32), index: randomBytes(32) }
  const application = await createApplication({
    pool: pools.app,
    keys,
    files,
    releases: options.releases,
    sample: true,
    strict: true,
    logger: options.logger ?? createLogger({ level: 'silent' }),
    ...(options.clock && { clock: options.clock }),
    ...(options.channels && { channels: options.channels }),
    ...(options.publicUrl && { publicUrl: options.publicUrl }),
    ...(options.window && { window: options.window }),
  })
  return {
    application,
    pools,
    url: database.url,
    keys,
    files,
    close: async () => {
      await application.stop()
      await pools.close()
      await database.drop()
      rmSync(files, { recursive: true, force: true })
    },
  }
}
