/**
 * The whole data folder in one archive, taken while the program runs: PostgreSQL's own online backup,
 * then the keys and the files. The archive holds the keys beside what they lock: keep it like a key.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, open, readdir, realpath, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { codeOf, PlatformError } from './errors.ts'
import { joinOrStart } from './open-data.ts'
import { padding, type TarEntry, tarEnd, tarHeader } from './tar.ts'

/** Stands last in the archive; without it the archive is not whole. */
export const manifestName = 'manifest.json'

export interface Manifest {
  version: 1
  createdAt: string
  /** `external`: a database of your own, which has its own backup. */
  database: 'embedded' | 'external'
  entries: { path: string; size: number; sha256: string }[]
}

/** Of one run, or made again at each start. */
const passing = /^(instance\.json.*|joined|postgres|postgres\.new-.*|postgres\.log.*|\.probe-.*)$/
/** Of the cluster: what a server makes anew (as pg_basebackup leaves it out); these folders stay, empty. */
const emptied = /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/.*[^/]$|^pg_replslot\/.+/
const leftOut = /(^|\/)(pgsql_tmp[^/]*|pg_internal\.init[^/]*|postmaster\.(pid|opts)|backup_label(\.old)?|t\d+_\d+[^/]*)$/
const control = 'global/pg_control'

/**
 * @param options.to the archive to write (.tar.gz, 0600); must not exist
 * @throws PlatformError
 */
export async function backup(options: { dataDir: string; to: string; databaseUrl?: string | undefined }): Promise<Manifest> {
  const to = resolve(options.to)
  if (existsSync(to)) throw new PlatformError('backup-exists', `${to} exists already: choose another name.`)
  if (!existsSync(options.dataDir)) throw new PlatformError('backup-nothing', `There is no data folder ${options.dataDir}.`)
  const half = `${to}.part`
  const file = await open(half, 'wx', 0o600).catch((error: unknown) => {
    const hint = codeOf(error) === 'EEXIST' ? 'another backup is writing it, or one was killed: remove it' : codeOf(error)
    throw new PlatformError('backup-unwritable', `${half} cannot be written (${hint}).`)
  })
  try {
    const manifest: Manifest = { version: 1, createdAt: new Date().toISOString(), database: 'embedded', entries: [] }
    await pipeline(Readable.from(packAll(options, half, manifest)), createGzip({ level: 1 }), file.createWriteStream({ flush: true }))
    await rename(half, to)
    return manifest
  } catch (error) {
    await rm(half, { force: true })
    if (error instanceof PlatformError) throw error
    if (codeOf(error) === 'ENOSPC') throw new PlatformError('backup-unwritable', `${to} does not fit on its disk.`)
    const reason = codeOf(error) || (error instanceof Error ? error.message : String(error))
    throw new PlatformError('backup-failed', `The backup broke off (${reason}); nothing was kept of it.`, { cause: error })
  } finally {
    await file.close().catch(() => {})
  }
}

async function* packAll(
  { dataDir, databaseUrl }: { dataDir: string; databaseUrl?: string | undefined },
  half: string,
  manifest: Manifest,
): AsyncGenerator<Buffer> {
  if (databaseUrl !== undefined) manifest.database = 'external'
  else {
    const data = await joinOrStart({ dataDir })
    try {
      yield* packCluster(data.url, await realpath(join(dataDir, 'postgres')), manifest)
    } finally {
      await data.stop()
    }
  }
  // After the database: whatever a row names is there.
  for await (const path of walk(dataDir, (name) => !passing.test(name))) {
    if (resolve(dataDir, path) !== half) yield* packPath(dataDir, path, path, manifest)
  }
  yield* packBytes(manifestName, Buffer.from(JSON.stringify(manifest, null, 1)))
  yield tarEnd
}

async function* packCluster(url: string, place: string, manifest: Manifest): AsyncGenerator<Buffer> {
  const client = new pg.Client({ connectionString: url, application_name: 'sila-backup' })
  // A connection that is cut fails the query that needs it.
  client.on('error', () => {})
  await client.connect()
  try {
    const ask = async (sql: string, values: unknown[] = []): Promise<Record<string, string>> =>
      (await client.query<Record<string, string>>(sql, values)).rows[0] ?? {}
    // Until this session ends, nothing of the log that the copy needs is recycled.
    await ask(`select pg_create_physical_replication_slot('sila_backup_' || pg_backend_pid(), true, true)::text`)
    const { first } = await ask(`select pg_walfile_name(pg_backup_start('sila', true)) as first`)
    yield* packBytes('postgres/', Buffer.alloc(0))
    for await (const path of walk(place, (name) => !emptied.test(name) && !leftOut.test(name))) {
      if (path !== control) yield* packPath(place, path, `postgres/${path}`, manifest)
    }
    yield* packPath(place, control, `postgres/${control}`, manifest)
    const { last, label, spaces } = await ask(
      `select pg_walfile_name(lsn) as last, labelfile as label, spcmapfile as spaces from pg_backup_stop(false)`,
    )
    if (first === undefined || last === undefined || label === undefined) throw new Error('PostgreSQL did not describe the backup')
    yield* packBytes('postgres/backup_label', Buffer.from(label), manifest)
    if (spaces?.trim()) yield* packBytes('postgres/tablespace_map', Buffer.from(spaces), manifest)
    for (const name of (await readdir(join(place, 'pg_wal'))).sort()) {
      if (/^[0-9A-F]{24}$/.test(name) && name >= first && name <= last) {
        yield* packPath(place, `pg_wal/${name}`, `postgres/pg_wal/${name}`, manifest)
      }
    }
  } finally {
    await client.end()
  }
}

/** Folders (with a slash at the end) before what is in them. Links, sockets and the like are passed over. */
async function* walk(root: string, wanted: (path: string) => boolean, folder = ''): AsyncGenerator<string> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder + entry.name
    if (entry.isDirectory() && wanted(path)) {
      yield `${path}/`
      yield* walk(root, wanted, `${path}/`)
    } else if (entry.isFile() && wanted(path)) yield path
  }
}

async function* packPath(root: string, path: string, name: string, manifest: Manifest): AsyncGenerator<Buffer> {
  if (path.endsWith('/')) return yield* packBytes(name, Buffer.alloc(0))
  let file: FileHandle
  try {
    file = await open(join(root, path))
  } catch (error) {
    // Tables and files may go while we copy; the log of the database knows.
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    const { size, mode } = await file.stat()
    yield* packEntry({ path: name, mode, size }, readExactly(file, size), manifest)
  } finally {
    await file.close()
  }
}

/** The file as long as it was when we looked: the rest of one that has shrunk is zeros, which recovery puts right. */
async function* readExactly(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const buffer = Buffer.alloc(Math.min(256 * 1024, size - at))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead)
    at += bytesRead === 0 ? buffer.length : bytesRead
  }
}

async function* packBytes(path: string, bytes: Buffer, manifest?: Manifest): AsyncGenerator<Buffer> {
  const mode = path.endsWith('/') ? 0o700 : 0o600
  yield* packEntry({ path, mode, size: bytes.length }, bytes.length === 0 ? [] : [bytes], manifest)
}

async function* packEntry(entry: TarEntry, content: Iterable<Buffer> | AsyncIterable<Buffer>, manifest?: Manifest): AsyncGenerator<Buffer> {
  const sum = createHash('sha256')
  yield tarHeader(entry)
  for await (const part of content) {
    sum.update(part)
    yield part
  }
  yield padding(entry.size)
  if (!entry.path.endsWith('/')) manifest?.entries.push({ path: entry.path, size: entry.size, sha256: sum.digest('hex') })
}
