/** The database of a data folder: started for the program that serves, joined by commands. */
import { join } from 'node:path'
import { ensureDataFolder } from './data-folder.ts'
import { checkConnection } from './database.ts'
import { type ClusterOptions, startCluster, stopLeftCluster } from './embedded-postgres.ts'
import { PlatformError } from './errors.ts'
import {
  claimInstance,
  hasGuests,
  type Instance,
  type InstanceKind,
  markJoined,
  readInstance,
  releaseInstance,
  unmarkJoined,
  updateInstance,
} from './instance.ts'
import { readPassword } from './postgres/initialise.ts'

export interface OpenData {
  /** Of the database, as its owner. Holds the password. */
  url: string
  dataDir: string
  how: 'external' | 'started' | 'joined'
  /** Where the serving program's pages are, when one serves this folder. */
  http: string | null
  /** Tells later commands where the pages are. */
  announce(http: string): Promise<void>
  /** Resolves when the database that was started here has ended, also after `stop`; never for another. */
  lost: Promise<void>
  stop(): Promise<void>
}

export interface DataPlace {
  dataDir: string
  databaseUrl?: string | undefined
}

const never = new Promise<never>(() => {})

/** For the program that serves. @throws PlatformError `folder-taken` when another has the folder */
export async function startData(place: DataPlace, options: ClusterOptions = {}): Promise<OpenData> {
  const dataDir = await ensureDataFolder(place.dataDir)
  if (place.databaseUrl !== undefined) return await openExternal(dataDir, place.databaseUrl)
  // A command is soon done; another program is not.
  for (const end = Date.now() + 5_000; ; await sleep(50)) {
    const holder = await claimInstance(dataDir, 'start')
    if (holder === null) return await startHere(dataDir, 'start', options)
    if (holder.kind === 'start' || Date.now() > end) throw taken(dataDir, holder)
  }
}

/** For commands: joins the program that has the folder, or starts the database and stops it at the end. */
export async function joinOrStart(place: DataPlace, options: ClusterOptions = {}): Promise<OpenData> {
  const dataDir = await ensureDataFolder(place.dataDir)
  if (place.databaseUrl !== undefined) return await openExternal(dataDir, place.databaseUrl)
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(25)) {
    const holder = await claimInstance(dataDir, 'command')
    if (holder === null) return await startHere(dataDir, 'command', options)
    if (holder.postgresPort === null) continue
    await markJoined(dataDir)
    // It may have stopped while we made our mark: then begin again.
    const still = await readInstance(dataDir)
    if (still?.postgresPort === holder.postgresPort && still.startedAt === holder.startedAt) return await joinRunning(dataDir, holder)
    await unmarkJoined(dataDir)
  }
  throw new PlatformError('folder-taken', `The program that has ${dataDir} does not become ready: look at its log, or stop it.`)
}

async function startHere(dataDir: string, kind: InstanceKind, options: ClusterOptions): Promise<OpenData> {
  try {
    const cluster = await startCluster(dataDir, { ...options, adopt: await hasGuests(dataDir) })
    await updateInstance(dataDir, { postgresPort: cluster.port })
    return {
      url: cluster.url,
      dataDir,
      how: 'started',
      http: null,
      announce: (http) => updateInstance(dataDir, { http }),
      lost: cluster.exited,
      stop: async () => {
        // Guests of a command go on without it; the program that serves leaves nothing behind.
        if (kind === 'start' || !(await hasGuests(dataDir))) await cluster.stop()
        await releaseInstance(dataDir)
      },
    }
  } catch (error) {
    await releaseInstance(dataDir)
    throw error
  }
}

async function joinRunning(dataDir: string, holder: Instance): Promise<OpenData> {
  const password = await readPassword(join(dataDir, 'keys', 'postgres.password'))
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${holder.postgresPort}/sila`,
    dataDir,
    how: 'joined',
    http: holder.http,
    announce: async () => {},
    lost: never,
    stop: async () => {
      await unmarkJoined(dataDir)
      if ((await readInstance(dataDir)) !== null || (await hasGuests(dataDir))) return
      // The command that had started the database is gone, and we are the last guest.
      if ((await claimInstance(dataDir, 'command')) !== null) return
      try {
        await stopLeftCluster(dataDir)
      } finally {
        await releaseInstance(dataDir)
      }
    },
  }
}

async function openExternal(dataDir: string, url: string): Promise<OpenData> {
  await checkConnection(url)
  return { url, dataDir, how: 'external', http: null, announce: async () => {}, lost: never, stop: async () => {} }
}

function taken(dataDir: string, holder: Instance): PlatformError {
  const where = holder.http === null ? '' : `, ${holder.http}`
  return new PlatformError(
    'folder-taken',
    `${dataDir} is in use by process ${holder.pid}${where}: stop it first, or set SILA_DATA_DIR to another folder.`,
  )
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
