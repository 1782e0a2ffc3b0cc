/** Runs the shipped PostgreSQL in the data folder: made at the first start, stopped with the program. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { codeOf, PlatformError } from './errors.ts'
import { findFreePort } from './free-port.ts'
import { findPostgres } from './postgres/binaries.ts'
import { cannotRun, initialise, readPassword } from './postgres/initialise.ts'
import { chooseLauncher, giveTo, type Launcher, type LaunchKind, placeCluster } from './postgres/launcher.ts'
import { endOrphan, isPostmasterOf, readPostmaster, stopPostmaster } from './postgres/postmaster.ts'
import { isAlive } from './processes.ts'

export interface Cluster {
  /** Of the database `sila`, as the owner of the cluster. Holds the password. */
  url: string
  port: number
  pid: number
  launch: LaunchKind
  /** Resolves when the server has ended, for whatever reason. */
  exited: Promise<void>
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** Off in tests: faster, and a power cut loses everything. */
  durable?: boolean
  /** Most connections; 60 where one program serves. */
  connections?: number
  /** Tries this way of starting alone (tests). */
  launch?: LaunchKind
  /** Takes over a healthy server that is already running there instead of restarting it. */
  adopt?: boolean
}

/**
 * Nothing that people write may reach PostgreSQL's own log: no statements, no parameters, no DETAIL
 * (terse), and no ERROR at all (their messages quote values); what is left are starts, stops and crashes.
 */
const quiet = {
  log_statement: 'none',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_error_statement: 'panic',
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
}

/**
 * @param dataDir an existing folder that nobody else uses (see instance.ts)
 * @throws PlatformError with one line that says what to do
 */
export async function startCluster(dataDir: string, options: ClusterOptions = {}): Promise<Cluster> {
  const home = await realpath(dataDir)
  await mkdir(join(home, 'keys'), { recursive: true, mode: 0o700 })
  const password = await readPassword(join(home, 'keys', 'postgres.password'))
  const launcher = await chooseLauncher(await findPostgres(), options.launch)
  const place = await placeCluster(launcher, home)
  if (existsSync(place)) {
    const running = options.adopt === true ? await readPostmaster(place) : null
    if (running?.ready === true && (await isPostmasterOf(place, running.pid))) return await toCluster(launcher, password, running, null)
    await endOrphan(place)
  }
  await initialise(launcher, place, password, options.durable ?? true)
  await giveTo(launcher.owner, place)

  const log = join(home, 'postgres.log')
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort()
    try {
      const child = await launchServer(launcher, place, log, port, options)
      return await toCluster(launcher, password, { pid: child.pid, port }, child.process)
    } catch (error) {
      // Someone else may take the port between our look and the server's.
      if (attempt >= 3 || codeOf(error) !== 'port-taken') throw error
    }
  }
}

/** Ends the server of this folder if one runs that no program has any more. */
export async function stopLeftCluster(dataDir: string): Promise<void> {
  const place = await realpath(join(dataDir, 'postgres')).catch(() => null)
  if (place !== null) await endOrphan(place)
}

async function launchServer(
  launcher: Launcher,
  place: string,
  log: string,
  port: number,
  { durable = true, connections = durable ? 60 : 200 }: ClusterOptions,
): Promise<{ pid: number; process: ChildProcess }> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    shared_buffers: '64MB',
    max_connections: String(connections),
    ...quiet,
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  }
  const args = ['-D', place, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const { file, args: all, options } = launcher.command('postgres', args)
  const seen = existsSync(log) ? statSync(log).size : 0
  if (seen > 10_000_000) renameSync(log, `${log}.1`)
  const to = openSync(log, 'a', 0o600)
  // A session of its own: Ctrl-C in the terminal must reach us, not the database under our feet.
  const child = spawn(file, all, { ...options, detached: true, stdio: ['ignore', to, to] })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(cannotRun(error)))
    child.once('exit', () => reject(new PlatformError('server-ended', 'ended')))
  })
  failed.catch(() => {})
  closeSync(to)
  child.unref()

  const ready = async (): Promise<number> => {
    // Recovery after a crash can take a while; the server ends by itself when it cannot go on.
    for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 5))) {
      const now = await readPostmaster(place)
      if (now !== null && now.pid === child.pid && now.ready) return now.pid
    }
    child.kill('SIGINT')
    throw new PlatformError('server-slow', `The database did not become ready within two minutes: see ${log}.`)
  }
  try {
    return { pid: await Promise.race([ready(), failed]), process: child }
  } catch (error) {
    if (codeOf(error) !== 'server-ended') throw error
    const said = (await readFile(log, 'utf8')).slice(seen > 10_000_000 ? 0 : seen)
    if (/could not bind|could not create any TCP/.test(said)) throw new PlatformError('port-taken', 'The port of the database was taken.')
    const line = said.split('\n').findLast((text) => /FATAL|PANIC|error/.test(text)) ?? 'it ended without saying why'
    throw new PlatformError('server-ended', `The database did not start: ${line.trim()} (see ${log})`)
  }
}

async function toCluster(
  launcher: Launcher,
  password: string,
  at: { pid: number; port: number },
  child: ChildProcess | null,
): Promise<Cluster> {
  const base = `postgres://postgres:${password}@127.0.0.1:${at.port}`
  await ensureDatabase(base)
  const exited = child === null ? watchUntilGone(at.pid) : new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return { url: `${base}/sila`, ...at, launch: launcher.kind, exited, stop: () => stopPostmaster(at.pid) }
}

async function watchUntilGone(pid: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return
      clearInterval(timer)
      resolve()
    }, 500).unref()
  })
}

/** A run killed right after initdb leaves a cluster without our database. */
async function ensureDatabase(base: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${base}/postgres` })
  // Whoever waits for a query hears of it there.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query(`select from pg_database where datname = 'sila'`)
    if (rowCount === 0) await client.query('create database sila')
  } finally {
    await client.end()
  }
}
