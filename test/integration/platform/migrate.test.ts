import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../../src/platform/migrate.ts'
import { freshDatabase } from '../../support/cluster.ts'

let dir: string
let db: Awaited<ReturnType<typeof freshDatabase>>

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'migrations-'))
  db = await freshDatabase({ migrated: false })
})
afterEach(async () => {
  await db.drop()
  await rm(dir, { recursive: true })
})

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(dir, name), { recursive: true })
  await writeFile(join(dir, name, 'migration.sql'), sql)
}

async function query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

test('applies in the order of names, once, and records the checksum of the file', async () => {
  await write('0002_b', 'insert into a values (1); insert into a values (2);')
  await write('0001_a', 'create table a (n int);')
  expect(await migrate(db.url, dir)).toEqual({ applied: ['0001_a', '0002_b'] })
  expect(await migrate(db.url, dir)).toEqual({ applied: [] })
  expect(await query('select n from a order by n')).toEqual([{ n: 1 }, { n: 2 }])
  const rows = await query<{ checksum: string }>('select * from _prisma_migrations order by migration_name')
  expect(rows).toMatchObject([
    { migration_name: '0001_a', applied_steps_count: 1, rolled_back_at: null, logs: null },
    { migration_name: '0002_b', applied_steps_count: 1 },
  ])
  // sha256 of the file's bytes, from sha256sum.
  expect(rows[0]?.checksum).toBe('45151ac7279c28053dd8590d40d2bda044e83bb973b737a286a4edd4027656ce')
})

test('a failing migration leaves nothing of itself, and those before it stay', async () => {
  await write('0001_a', 'create table a (n int);')
  await write('0002_b', 'create table b (n int); select 1/0;')
  await expect(migrate(db.url, dir)).rejects.toThrow('Migration 0002_b failed and was undone: division by zero (22012)')
  expect(await query(`select to_regclass('a')::text as a, to_regclass('b')::text as b`)).toEqual([{ a: 'a', b: null }])
  await write('0002_b', 'create table b (n int);')
  expect(await migrate(db.url, dir)).toEqual({ applied: ['0002_b'] })
})

test('refuses an edited migration and a database that is ahead, in one line', async () => {
  await write('0001_a', 'create table a (n int);')
  await migrate(db.url, dir)
  await write('0001_a', 'create table a (n bigint);')
  await expect(migrate(db.url, dir)).rejects.toThrow(/^Migration 0001_a was changed after it had been applied: .*$/)
  await rm(join(dir, '0001_a'), { recursive: true })
  await write('0002_b', 'select 1')
  await expect(migrate(db.url, dir)).rejects.toThrow(/^The database has migration 0001_a, which this version does not know: .*$/)
})

test('many processes at once apply each migration once, also through a pool', async () => {
  await write('0001_a', 'create table a (n int); select pg_sleep(0.1);')
  const pools = [1, 2, 3].map(() => new pg.Pool({ connectionString: db.url, max: 1 }))
  const results = await Promise.all([...pools.map((pool) => migrate(pool, dir)), migrate(db.url, dir)])
  expect(results.flatMap((result) => result.applied)).toEqual(['0001_a'])
  // Connections went back to their pools without the lock.
  expect(await query(`select pid from pg_locks where locktype = 'advisory'`)).toEqual([])
  await Promise.all(pools.map((pool) => pool.end()))
})
