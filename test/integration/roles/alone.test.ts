/** One process of a role: what it refuses, what it says, and that it starts while Redis is away. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase } from '../../support/cluster.ts'
import { type Fleet, openFleet } from '../../support/fleet.ts'
import { runProgram } from '../../support/program.ts'
import { createVisitor } from '../../support/visitor.ts'

let fleet: Fleet
const folder = mkdtempSync(join(tmpdir(), 'sila-role-'))
beforeAll(async () => {
  fleet = await openFleet()
})
afterAll(async () => {
  await fleet.close()
  rmSync(folder, { recursive: true, force: true })
})

const refuse = async (env: Record<string, string>, lines: (string | RegExp)[]): Promise<void> => {
  const program = runProgram(['start'], { PORT: '0', LOG_LEVEL: 'silent', ...env })
  const code = await program.ended
  const said = program.output().trim().split('\n')
  expect({ code, said }).toEqual({ code: 1, said: lines.map((line) => expect.stringMatching(line)) })
}

describe.each(['gateway', 'worker'] as const)('a %s', (role) => {
  test('needs PostgreSQL and Redis, says so in a line each, and starts no database of its own', async () => {
    const dataDir = join(folder, role)
    await refuse({ SILA_ROLE: role, SILA_DATA_DIR: dataDir }, [
      `^DATABASE_URL: SILA_ROLE=${role} needs it, or DATABASE_URL_FILE\\.$`,
      `^REDIS_URL: SILA_ROLE=${role} needs it, or REDIS_URL_FILE\\.$`,
    ])
    expect(existsSync(dataDir)).toBe(false)
  })

  test('makes no keys, neither beside an empty database nor beside one with data', async () => {
    const dataDir = join(folder, `${role}-keys`)
    await refuse({ ...fleet.env, SILA_ROLE: role, SILA_DATA_DIR: dataDir }, [
      /^The key \S+index\.key is missing, and a gateway or a worker makes none/,
    ])
    expect(readdirSync(join(dataDir, 'keys'))).toEqual([])
  })
})

test('what fails after it listens ends all the same', { timeout: 60_000 }, async () => {
  const database = await freshDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  // Asked for after the server and the queues have begun.
  await client.query('drop function outbox_reclaim')
  await client.end()
  const env = { PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: database.url, SILA_DATA_DIR: join(folder, 'broken') }
  const program = runProgram(['start'], env)
  const left = setTimeout(() => program.child.kill('SIGKILL'), 30_000)
  const code = await program.ended
  clearTimeout(left)
  expect(program.output()).toContain('Sila has failed: ')
  expect(code).toBe(1)
  await database.drop()
})

test('without Redis a gateway starts and serves all the same, and says once what is missing', { timeout: 60_000 }, async () => {
  await fleet.redis.kill()
  const gateway = await fleet.start('gateway')
  const visitor = createVisitor(gateway.url)
  await visitor.say('السلام عليكم')
  expect((await visitor.answer()).from).toBe('bot')
  expect((await fetch(`${gateway.url}/ready`)).status).toBe(200)
  expect(gateway.program.output().split('queues are out of reach')).toHaveLength(2)
  // The password is in its file, not in a line that is kept with the logs.
  expect(gateway.program.output()).toMatch(
    /Sila gateway is running at \S+ \(\d+\.\d s\): web chat \/c\/masakin, desk \/desk\. The first sign-in is in \S+\.\n/,
  )
  const worker = await fleet.start('worker')
  expect(worker.program.output()).toMatch(/Sila worker is running at \S+ \(\d+\.\d s\): \/health, \/ready and \/metrics\.\n/)
  expect(await gateway.end()).toBe(0)
  expect(await worker.end()).toBe(0)
  await fleet.redis.restart()
})

test('what waits for the end of a burst is answered before the process ends', { timeout: 60_000 }, async () => {
  const gateway = await fleet.start('gateway', { SILA_BURST_TEXT_MS: '3500' })
  const visitor = createVisitor(gateway.url)
  await visitor.say('السلام عليكم')
  await visitor.answer()
  await visitor.say('كنت أريد أن')
  const states = async () =>
    (await fleet.query<{ state: string }>('select state from inbox order by id desc limit 1')).map(({ state }) => state)
  expect(await states()).toEqual(['waiting'])
  const left = await fleet.query('select 1 from outbox')
  expect(await gateway.end()).toBe(0)
  expect(await states()).toEqual(['taken'])
  expect((await fleet.query(`select state from outbox where state <> 'sent'`)).length).toBe(0)
  expect((await fleet.query('select 1 from outbox')).length).toBeGreaterThan(left.length)
})

test('beside data that others have made: other keys are refused, whichever of them', { timeout: 60_000 }, async () => {
  const keys = join(fleet.dataDir, 'keys')
  const own = join(folder, 'own.key')
  writeFileSync(own, randomBytes(32), { mode: 0o600 })
  const env = { ...fleet.env, SILA_ROLE: 'worker' }
  await refuse({ ...env, SILA_MASTER_KEY_FILE: own }, [/^The master key does not open this database/])
  await refuse({ ...env, SILA_INDEX_KEY_FILE: own }, [/^The index key is not the one of this database/])
  renameSync(join(keys, 'auth.key'), join(keys, 'auth.away'))
  await refuse(env, [/^The key \S+auth\.key is missing, and a gateway or a worker makes none/])
  renameSync(join(keys, 'auth.away'), join(keys, 'auth.key'))
})

test('an all-in-one beside a database with data makes no keys either', { timeout: 30_000 }, async () => {
  const dataDir = join(folder, 'all')
  await refuse({ ...fleet.env, SILA_ROLE: 'all', SILA_DATA_DIR: dataDir }, [
    /^The key \S+index\.key is missing, and this database has data already/,
  ])
  expect(readdirSync(join(dataDir, 'keys'))).toEqual([])
})

test('doctor names the role, its database, its Redis and its keys, and what is missing', { timeout: 60_000 }, async () => {
  const ask = async (env: Record<string, string>) => {
    const program = runProgram(['doctor', '--json'], env)
    const code = await program.ended
    const findings = JSON.parse(program.output()) as { what: string; level: string; says: string }[]
    return { code, of: (what: string) => findings.filter((finding) => finding.what === what) }
  }
  const well = await ask({ ...fleet.env, SILA_ROLE: 'worker' })
  expect(well.code).toBe(3) // facts of the association are open
  expect(well.of('Role')).toMatchObject([{ level: 'ok', says: 'worker: what is later: timers, retries, sweeps' }])
  expect(well.of('Database')).toMatchObject([{ level: 'ok', says: 'DATABASE_URL is reachable' }])
  expect(well.of('Queues')).toMatchObject([{ level: 'ok', says: 'in Redis, which is reachable' }])
  expect(well.of('Keys')).toMatchObject([
    { level: 'ok', says: expect.stringMatching(/^master [0-9a-f]{8}, index [0-9a-f]{8}, auth [0-9a-f]{8}; the same on every machine$/) },
  ])
  const ill = await ask({
    ...fleet.env,
    SILA_ROLE: 'gateway',
    SILA_DATA_DIR: join(folder, 'none'),
    REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
  })
  expect(ill.code).toBe(1)
  expect(ill.of('Queues')).toMatchObject([
    { level: 'mend', says: expect.stringContaining('REDIS_URL (127.0.0.1:1) cannot be used: ECONNREFUSED.') },
  ])
  expect(ill.of('Keys')).toMatchObject([{ level: 'fatal', says: expect.stringContaining('master.key') }])
  const bare = await ask({ SILA_ROLE: 'gateway', SILA_DATA_DIR: join(folder, 'none') })
  expect(bare.code).toBe(1)
  expect(bare.of('Setting').map(({ says }) => says)).toEqual([
    'DATABASE_URL: SILA_ROLE=gateway needs it, or DATABASE_URL_FILE.',
    'REDIS_URL: SILA_ROLE=gateway needs it, or REDIS_URL_FILE.',
  ])
})
