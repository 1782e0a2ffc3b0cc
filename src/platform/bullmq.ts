/**
 * BullMQ on PostgreSQL, or on Redis when there is one. Queues are the alarm clock, never the truth: adding
 * fails quickly while the store is away, nothing crashes, and the log says once that it went and once
 * that it came back.
 */
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import pg from 'pg'
import { hearErrors, withStartupOptions } from './database.ts'
import type { Logger } from './logger.ts'
import { retryStrategy } from './redis-retry.ts'

export interface BackendQueue {
  /** Runs once, after `delay` milliseconds. @throws when the store is away */
  add(job: string, data: object, delay?: number): Promise<void>
  /** Runs every `ms` milliseconds, whoever asks and however often. @throws when the store is away */
  repeat(job: string, data: object, ms: number): Promise<void>
}

export type BackendHandler = (job: { name: string; data: unknown }) => Promise<void>

export interface Backend {
  kind: 'postgres' | 'redis'
  queue(name: string): BackendQueue
  worker(name: string, handler: BackendHandler): void
  /** Waits for the jobs under way. */
  close(): Promise<void>
}

export interface BackendOptions {
  /** As the owner: BullMQ keeps its tables in a schema of its own and never looks at ours. */
  databaseUrl: string
  redisUrl?: string | undefined
  logger: Logger
}

const keep = { removeOnComplete: 50, removeOnFail: 200 }
/** BullMQ waits 15 s by default after an error; with this, work resumed 0.2 s after PostgreSQL did (measured). */
const timing = { runRetryDelay: 500, concurrency: 4 }
const answerWithin = 3_000

export async function createBackend(options: BackendOptions): Promise<Backend> {
  const health = watchHealth(options.logger, options.redisUrl === undefined ? 'postgres' : 'redis')
  return options.redisUrl === undefined ? await onPostgres(options.databaseUrl, health) : onRedis(options.redisUrl, health)
}

async function onPostgres(url: string, health: Health): Promise<Backend> {
  const pool = new pg.Pool({
    connectionString: withStartupOptions(url, '-c search_path=bullmq'),
    // Each worker holds one connection to listen on.
    max: 10,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    application_name: 'sila-jobs',
  })
  // Every queue and worker adds listeners of its own.
  pool.setMaxListeners(0)
  hearErrors(pool, health.failed)
  try {
    const client = await pool.connect()
    try {
      await runMigrations(client)
    } finally {
      client.release()
    }
  } catch (error) {
    await pool.end()
    throw error
  }
  const connection = { connection: pool }
  return assemble('postgres', health, {
    queue: (name) => new Queue(name, connection, createPostgresBackend),
    worker: (name, handler) => new Worker(name, handler, { ...connection, ...timing, autorun: false }, createPostgresBackend),
    end: () => pool.end(),
  })
}

function onRedis(url: string, health: Health): Backend {
  const clients: Redis[] = []
  const connect = (options: RedisOptions): Redis => {
    const client = new Redis(url, { ...options, retryStrategy })
    client.on('error', health.failed)
    client.on('close', () => health.failed(new Error('connection closed')))
    client.on('ready', health.worked)
    clients.push(client)
    return client
  }
  // Commands to a Redis that is away fail at once instead of gathering.
  const asking = connect({ maxRetriesPerRequest: 1, enableOfflineQueue: false })
  return assemble('redis', health, {
    queue: (name) => new Queue(name, { connection: asking }),
    worker: (name, handler) =>
      new Worker(name, handler, { connection: connect({ maxRetriesPerRequest: null }), ...timing, autorun: false }),
    end: async () => {
      for (const client of clients) client.disconnect()
    },
  })
}

/** What both stores have in common of BullMQ's classes, whose types differ by store. */
type Part = Pick<Queue, 'waitUntilReady' | 'close'> & NodeJS.EventEmitter
type WorkerPart = Part & Pick<Worker, 'run'>
interface Parts {
  queue(name: string): Part & Pick<Queue, 'add' | 'upsertJobScheduler'>
  worker(name: string, handler: (job: { name: string; data: unknown }) => Promise<void>): WorkerPart
  end(): Promise<void>
}

function assemble(kind: Backend['kind'], health: Health, parts: Parts): Backend {
  const open: { close(): Promise<void> }[] = []
  return {
    kind,
    queue: (name) => {
      const { current, close } = revive(health, () => parts.queue(name))
      open.push({ close })
      return {
        add: (job, data, delay = 0) =>
          health.watch(current().then((queue) => queue.add(job, data, { delay: Math.max(0, Math.round(delay)), ...keep }))),
        repeat: (job, data, ms) =>
          health.watch(current().then((queue) => queue.upsertJobScheduler(job, { every: ms }, { name: job, data, opts: keep }))),
      }
    },
    worker: (name, handler) => {
      const run = async ({ name: job, data }: { name: string; data: unknown }): Promise<void> => {
        health.worked()
        await handler({ name: job, data }).catch(() => {
          // BullMQ keeps the message and stack of a failure in plain text; the handler has logged what may be known.
          throw Object.assign(new Error('failed, see the log'), { stack: '' })
        })
      }
      const { current, close } = revive(health, () => parts.worker(name, run))
      open.unshift({ close })
      void current().then((worker) => worker.run().catch(health.failed))
    },
    close: async () => {
      health.silence()
      // Workers first: their jobs may go on for a while.
      for (const part of open) await patiently(health, part.close())
      await patiently(health, parts.end())
    },
  }
}

/**
 * BullMQ remembers for good that it could not get ready: on PostgreSQL its queue then fails for ever, and its
 * worker asks again without a pause and lets nothing else in the process run (6.7.0). So one that did not get
 * ready is thrown away, and another one made.
 */
function revive<P extends Part>(health: Health, make: () => P): { current(): Promise<P>; close(): Promise<void> } {
  let part: P
  let closing = false
  const begin = async (): Promise<P> => {
    for (;;) {
      part = make()
      part.on('error', health.failed)
      try {
        await part.waitUntilReady()
        return part
      } catch (error) {
        health.failed(error)
        // Whoever waits for one that will not come is told by the time that `within` allows.
        if (closing) return await new Promise<never>(() => {})
        await part.close()
        await new Promise((resolve) => setTimeout(resolve, timing.runRetryDelay))
      }
    }
  }
  const ready = begin()
  return {
    current: () => ready,
    close: async () => {
      closing = true
      await part.close()
    },
  }
}

interface Health {
  failed(error: unknown): void
  worked(): void
  watch(work: Promise<unknown>): Promise<void>
  isLost(): boolean
  /** Logs no more. */
  silence(): void
}

function watchHealth(logger: Logger, kind: string): Health {
  let lost = false
  let silent = false
  const failed = (err: unknown): void => {
    if (!lost && !silent) logger.warn({ kind, err }, 'queues are out of reach; the sweep goes on without them')
    lost = true
  }
  const worked = (): void => {
    if (lost && !silent) logger.info({ kind }, 'queues are back')
    lost = false
  }
  return {
    failed,
    worked,
    watch: async (work) => {
      try {
        await within(answerWithin, work)
        worked()
      } catch (error) {
        failed(error)
        throw error
      }
    },
    isLost: () => lost,
    silence: () => {
      silent = true
    },
  }
}

/** Up to ten seconds, but a store that is away does not hold up the end of the program. */
async function patiently(health: Health, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => {
    let waited = 0
    let away = 0
    timer = setInterval(() => {
      waited += 50
      away = health.isLost() ? away + 50 : 0
      if (waited >= 10_000 || away >= 500) resolve()
    }, 50)
  })
  await Promise.race([work.catch(() => {}), enough])
  clearInterval(timer)
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}
