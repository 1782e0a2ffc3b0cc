/** One PostgreSQL for the whole run, with a template that has every migration. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startCluster } from '../../src/platform/embedded-postgres.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { endOrphan } from '../../src/platform/postgres/postmaster.ts'
import { isSameProcess, markOf } from '../../src/platform/processes.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the database `postgres`, as the owner. */
    clusterUrl: string
    /** PostgreSQL's own log, for tests of what must not be in it. */
    clusterLog: string
  }
}

const prefix = 'sila-test-'
const migrations = join(import.meta.dirname, '../../prisma/migrations')

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers()
  const dir = await mkdtemp(join(tmpdir(), prefix))
  await writeFile(join(dir, 'runner.json'), JSON.stringify(markOf(process.pid)))
  const cluster = await startCluster(dir, { durable: false })
  const url = cluster.url.replace(/sila$/, 'postgres')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create database base')
  if (existsSync(migrations)) await migrate(cluster.url.replace(/sila$/, 'base'), migrations)
  await client.end()
  project.provide('clusterUrl', url)
  project.provide('clusterLog', join(dir, 'postgres.log'))
  return async () => {
    await cluster.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Clusters of runs that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const dir = join(tmpdir(), name)
    const mark: unknown = await readFile(join(dir, 'runner.json'), 'utf8').then(JSON.parse, () => null)
    if (mark === null || typeof mark !== 'object' || !('pid' in mark) || !('birth' in mark)) continue
    if (typeof mark.pid !== 'number' || isSameProcess({ pid: mark.pid, birth: typeof mark.birth === 'string' ? mark.birth : null }))
      continue
    await endOrphan(join(dir, 'postgres'))
    await rm(dir, { recursive: true, force: true })
  }
}
