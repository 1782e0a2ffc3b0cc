/** A database for a test file, cloned from the migrated template in some 20 ms. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface FreshDatabase {
  /** As the owner of the cluster; the application's role is taken with `set role sila_app`. */
  url: string
  drop(): Promise<void>
}

export async function freshDatabase(options: { migrated?: boolean } = {}): Promise<FreshDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`
  const base = inject('clusterUrl')
  await run(base, `create database ${name} template ${options.migrated === false ? 'template0' : 'base'} strategy file_copy`)
  return { url: withDatabase(base, name), drop: () => run(base, `drop database if exists ${name} with (force)`) }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
