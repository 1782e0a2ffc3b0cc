import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Jobs, startJobs } from '../../../src/jobs/start-jobs.ts'
import { type Backend, createBackend } from '../../../src/platform/bullmq.ts'
import { checkRedis } from '../../../src/platform/check-redis.ts'
import { createLogger } from '../../../src/platform/logger.ts'
import { freshDatabase } from '../../support/cluster.ts'
import { startPostgresProxy } from '../../support/postgres-proxy.ts'
import { type RunningRedis, startRedis } from '../../support/redis.ts'

let db: Awaited<ReturnType<typeof freshDatabase>>
let redis: RunningRedis
let lines: string[] = []
let open: { close(): Promise<void> }[] = []
const logger = createLogger({ level: 'trace', destination: { write: (line) => void lines.push(line) } })

beforeAll(async () => {
  ;[db, redis] = await Promise.all([freshDatabase({ migrated: false }), startRedis()])
})
afterEach(async () => {
  for (const each of open) await each.close()
  open = []
  lines = []
})
afterAll(async () => {
  await redis.stop()
  await db.drop()
})

/** The truth that bells are about: moments in a table of ours, here a list. */
function timers() {
  const due: number[] = []
  const fired: number[] = []
  let sweeps = 0
  return {
    due,
    fired,
    sweeps: () => sweeps,
    deps: {
      sweep: async () => void sweeps++,
      fireDue: async () => {
        const now = Date.now()
        for (const at of due.filter((time) => time <= now)) {
          due.splice(due.indexOf(at), 1)
          fired.push(now - at)
        }
      },
    },
  }
}

async function until(claim: () => boolean, ms = 15_000): Promise<void> {
  const end = Date.now() + ms
  while (!claim()) {
    if (Date.now() > end) throw new Error(`waited in vain; log:\n${lines.join('')}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function start(kind: Backend['kind'], deps: Parameters<typeof startJobs>[0]['deps'], every = 5_000): Promise<Jobs> {
  const backend = await createBackend({ databaseUrl: db.url, redisUrl: kind === 'redis' ? redis.url : undefined, logger })
  expect(backend.kind).toBe(kind)
  const jobs = await startJobs({ backend, deps, logger, every })
  open.push(jobs)
  return jobs
}

describe.each(['postgres', 'redis'] as const)('on %s', (kind) => {
  test('a bell rings at its moment, not before', async () => {
    const { deps, due, fired } = timers()
    const jobs = await start(kind, deps, 60_000)
    const at = Date.now() + 600
    due.push(at)
    await jobs.ring(new Date(at))
    await jobs.ring(new Date(at - 5_000))
    await until(() => fired.length === 1)
    expect(fired[0]).toBeGreaterThanOrEqual(0)
    expect(fired[0]).toBeLessThan(2_000)
  })

  test('of what is due tomorrow there is one bell a minute, never before its time; what is due soon has bells of its own', async () => {
    const backend = await createBackend({ databaseUrl: db.url, redisUrl: kind === 'redis' ? redis.url : undefined, logger })
    const rings: number[] = []
    const queue: Backend['queue'] = (name) => {
      const real = backend.queue(name)
      const add: typeof real.add = async (job, data, delay = 0) => {
        rings.push(Date.now() + delay)
        await real.add(job, data, delay)
      }
      return { ...real, add }
    }
    const jobs = await startJobs({ backend: { ...backend, queue }, deps: timers().deps, logger, every: 60_000 })
    open.push(jobs)
    const minute = Math.ceil(Date.now() / 60_000) * 60_000
    const tomorrow = minute + 24 * 3_600_000 + 20_000
    for (const at of [tomorrow, tomorrow + 1, tomorrow + 30_000, tomorrow + 60_000]) await jobs.ring(new Date(at))
    expect(rings).toHaveLength(2)
    expect(rings[0]).toBeGreaterThanOrEqual(tomorrow + 30_000)
    expect(rings[1]).toBeGreaterThanOrEqual(tomorrow + 60_000)
    const soon = Date.now() + 1_800_000
    await jobs.ring(new Date(soon))
    await jobs.ring(new Date(soon))
    expect(rings).toHaveLength(4)
  })

  test('a delay with a fraction of a millisecond is no error', async () => {
    const backend = await createBackend({ databaseUrl: db.url, redisUrl: kind === 'redis' ? redis.url : undefined, logger })
    open.push(backend)
    const ran: string[] = []
    backend.worker('fractions', async ({ name }) => void ran.push(name))
    await backend.queue('fractions').add('late', {}, 50.5)
    await backend.queue('fractions').add('past', {}, -3.2)
    await until(() => ran.length === 2)
    expect(ran.sort()).toEqual(['late', 'past'])
  })

  test('the sweep comes by itself, and finds what no bell rang for', async () => {
    const { deps, due, fired, sweeps } = timers()
    await start(kind, deps, 300)
    due.push(Date.now() + 200)
    await until(() => fired.length === 1 && sweeps() >= 3)
  })

  test('a job that fails is logged without its content, and the next one runs', async () => {
    const { deps, fired, due, sweeps } = timers()
    let failing = false
    const fireDue = async (): Promise<void> => {
      if (!failing) return await deps.fireDue()
      failing = false
      throw new Error('canary 0500000001')
    }
    const jobs = await start(kind, { sweep: deps.sweep, fireDue }, 60_000)
    // The schedule begins with a sweep.
    await until(() => sweeps() === 1)
    failing = true
    await jobs.ring(new Date())
    await until(() => !failing)
    due.push(Date.now())
    await jobs.ring(new Date())
    await until(() => fired.length === 1)
    expect(lines.some((line) => line.includes('"job":"timer-due"') && line.includes('"outcome":"failed"'))).toBe(true)
    expect(lines.join('')).not.toContain('canary')
    // The queue hears of it a moment after the log.
    let stored = ''
    for (let i = 0; i < 200 && !stored.includes('failed, see the log'); i += 1)
      stored = await (kind === 'redis' ? dumpRedis() : dumpQueues())
    expect(stored).toContain('failed, see the log')
    expect(stored).not.toContain('canary')
  })
})

async function dumpQueues(): Promise<string> {
  const pool = new pg.Pool({ connectionString: db.url, max: 1 })
  const { rows: tables } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'bullmq'`,
  )
  const contents = []
  for (const { name } of tables) contents.push((await pool.query(`select t::text from bullmq."${name}" t`)).rows)
  await pool.end()
  return JSON.stringify(contents)
}

async function dumpRedis(): Promise<string> {
  const client = new Redis(redis.url)
  const contents = []
  for (const key of await client.keys('*')) if ((await client.type(key)) === 'hash') contents.push(await client.hgetall(key))
  client.disconnect()
  return JSON.stringify(contents)
}

test('on redis: FLUSHALL loses the bell, the sweep finds the timer, and bells ring again', async () => {
  const { deps, due, fired } = timers()
  const jobs = await start('redis', deps, 300)
  const at = Date.now() + 500
  due.push(at)
  await jobs.ring(new Date(at))
  const client = new Redis(redis.url)
  await client.flushall()
  await until(() => fired.length === 1)
  // The schedule itself was lost too, and is made again.
  for (let i = 0; (await client.keys('bull:bells:repeat:*')).length === 0; i++) {
    expect(i).toBeLessThan(200)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  client.disconnect()
  const next = Date.now() + 100
  due.push(next)
  await jobs.ring(new Date(next))
  await until(() => fired.length === 2)
})

test('on redis: while it is away timers still fire, the log says so once, and it recovers', async () => {
  const { deps, due, fired } = timers()
  const jobs = await start('redis', deps, 300)
  await redis.kill()
  due.push(Date.now())
  const asked = performance.now()
  await jobs.ring(new Date())
  expect(performance.now() - asked).toBeLessThan(4_000)
  await until(() => fired.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(lines.filter((line) => line.includes('out of reach'))).toHaveLength(1)
  await redis.restart()
  await until(() => lines.some((line) => line.includes('queues are back')))
  due.push(Date.now())
  await jobs.ring(new Date())
  await until(() => fired.length === 2)
})

test('on redis: the end of the program does not wait for a redis that is away', async () => {
  const jobs = await start('redis', timers().deps)
  open = []
  await redis.kill()
  const asked = performance.now()
  await jobs.close()
  expect(performance.now() - asked).toBeLessThan(5_000)
  await redis.restart()
})

test('a wrong REDIS_URL has one line, without the password', async () => {
  await checkRedis(redis.url)
  const place = new URL(redis.url).host
  await expect(checkRedis('redis://:hunter2@127.0.0.1:1')).rejects.toThrow(/^REDIS_URL \(127\.0\.0\.1:1\) cannot be used: ECONNREFUSED\.$/)
  const client = new Redis(redis.url)
  await client.config('SET', 'requirepass', 'dummy')
  await expect(checkRedis(redis.url)).rejects.toThrow(`REDIS_URL (${place}) cannot be used: the password is wrong or missing.`)
  await expect(checkRedis(redis.url.replace('//', '//:hunter2@'))).rejects.toThrow('the password is wrong or missing')
  await checkRedis(redis.url.replace('//', '//:dummy@'))
  await client.config('SET', 'requirepass', '')
  client.disconnect()
})

test('on postgres: connections that are cut are made again', async () => {
  const { deps, due, fired } = timers()
  const jobs = await start('postgres', deps, 300)
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  due.push(Date.now())
  await jobs.ring(new Date())
  await until(() => fired.length === 1)
  // Its tables are in a schema of their own.
  const { rows } = await client.query(
    `select distinct table_schema from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`,
  )
  expect(rows).toEqual([{ table_schema: 'bullmq' }])
  await client.end()
})

test('on postgres: away when the queues first ask, it is asked again, and the process goes on', async () => {
  const place = new URL(db.url)
  const proxy = await startPostgresProxy({ host: place.hostname, port: Number(place.port) })
  const program = fileURLToPath(new URL('./away-at-first.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', program, proxy.url(db.url)])
  let said = ''
  child.stdout.on('data', (chunk) => (said += String(chunk)))
  child.stderr.on('data', (chunk) => lines.push(String(chunk)))
  try {
    await until(() => said.includes('made'))
    proxy.cut()
    child.stdin.write('go\n')
    await until(() => said.includes('not yet'))
    proxy.restore()
    await until(() => said.includes('job-'))
    child.stdin.end()
    await until(() => said.includes('closed'))
  } finally {
    child.kill('SIGKILL')
    await proxy.close()
  }
})

test('a clock that is set back a day does not hold up the sweeps while the queues are away', async () => {
  const away = { add: () => Promise.reject(new Error('away')), repeat: () => Promise.reject(new Error('away')) }
  const backend = { queue: () => away, worker: () => {}, close: async () => {} }
  const { deps, sweeps } = timers()
  const real = Date.now
  open.push(await startJobs({ backend, deps, logger, every: 20 }))
  Date.now = () => real() - 86_400_000
  try {
    await new Promise((resolve) => setTimeout(resolve, 400))
  } finally {
    Date.now = real
  }
  expect(sweeps()).toBeGreaterThan(2)
})
