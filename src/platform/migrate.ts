/**
 * Applies prisma/migrations at boot. Keeps the same table, lock and checksums as `prisma migrate deploy`,
 * so either may run on a database that the other has migrated.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { codeOf, PlatformError } from './errors.ts'

/** The key that Prisma's engine locks. */
const lockKey = 72707369

/** As Prisma's engine creates it. */
const table = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null,
  checksum varchar(64) not null,
  finished_at timestamptz,
  migration_name varchar(255) not null,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz not null default now(),
  applied_steps_count integer not null default 0
)`

interface Migration {
  name: string
  sql: string
  checksum: string
}

/**
 * @param dir holds `<name>/migration.sql`, applied in the order of their names, each in a transaction of its own
 * @returns what was applied now, in order
 * @throws PlatformError `migration-edited`, `migration-unknown`, `migration-failed`
 */
export async function migrate(target: pg.Pool | string, dir: string): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(dir)
  if (typeof target !== 'string') {
    const client = await target.connect()
    let broken = true
    try {
      const applied = await applyUnderLock(client, migrations)
      broken = false
      return { applied }
    } finally {
      // A connection that may still hold the lock does not go back to the pool.
      client.release(broken)
    }
  }
  const client = new pg.Client({ connectionString: target })
  // Whoever waits for a query hears of it there.
  client.on('error', () => {})
  await client.connect()
  try {
    return { applied: await applyUnderLock(client, migrations) }
  } finally {
    await client.end()
  }
}

/** Waits for another process that is migrating. */
async function applyUnderLock(client: pg.ClientBase, migrations: Migration[]): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [lockKey])
  const applied = await applyMissing(client, migrations)
  await client.query('select pg_advisory_unlock($1)', [lockKey])
  return applied
}

async function applyMissing(client: pg.ClientBase, migrations: Migration[]): Promise<string[]> {
  await client.query(table)
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished_at: Date | null }>(
    'select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null order by started_at',
  )
  const done = new Map(rows.map((row) => [row.migration_name, row]))
  for (const { migration_name: name, finished_at: finished } of rows) {
    if (finished === null) throw new PlatformError('migration-failed', `Migration ${name} was begun by another tool and never finished.`)
    if (!migrations.some((migration) => migration.name === name)) {
      throw new PlatformError(
        'migration-unknown',
        `The database has migration ${name}, which this version does not know: start the newer version.`,
      )
    }
  }
  const applied: string[] = []
  for (const migration of migrations) {
    const earlier = done.get(migration.name)
    if (earlier === undefined) {
      await apply(client, migration)
      applied.push(migration.name)
    } else if (earlier.checksum !== migration.checksum) {
      throw new PlatformError(
        'migration-edited',
        `Migration ${migration.name} was changed after it had been applied: restore the file and add a new migration.`,
      )
    }
  }
  return applied
}

async function apply(client: pg.ClientBase, { name, sql, checksum }: Migration): Promise<void> {
  const started = new Date()
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name, started],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    const reason = error instanceof Error ? error.message : String(error)
    throw new PlatformError('migration-failed', `Migration ${name} failed and was undone: ${reason} (${codeOf(error)})`, { cause: error })
  }
}

async function readMigrations(dir: string): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => {
    throw new PlatformError('migrations-missing', `The migrations are missing: ${dir} cannot be read.`)
  })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return await Promise.all(
    names.sort().map(async (name) => {
      const file = await readFile(join(dir, name, 'migration.sql'))
      return { name, sql: file.toString('utf8'), checksum: createHash('sha256').update(file).digest('hex') }
    }),
  )
}
