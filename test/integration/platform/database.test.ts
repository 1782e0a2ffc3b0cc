import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { assertRole, checkConnection, openPools } from '../../../src/platform/database.ts'
import { migrate } from '../../../src/platform/migrate.ts'
import { startData } from '../../../src/platform/open-data.ts'
import { freshDatabase } from '../../support/cluster.ts'

const migrations = join(import.meta.dirname, '../../../prisma/migrations')
const stranger = `stranger_${randomBytes(4).toString('hex')}`
let db: Awaited<ReturnType<typeof freshDatabase>>
let admin: pg.Pool
const dir = mkdtempSync(join(tmpdir(), 'external-'))

beforeAll(async () => {
  db = await freshDatabase()
  admin = new pg.Pool({ connectionString: db.url, max: 1 })
  await admin.query(`create role ${stranger} login password 'dummy'`)
})
afterAll(async () => {
  await admin.query(`drop owned by ${stranger}`)
  await admin.query(`drop role ${stranger}`)
  await admin.end()
  await db.drop()
  rmSync(dir, { recursive: true })
})

function urlWith(change: (url: URL) => void): string {
  const url = new URL(inject('clusterUrl'))
  change(url)
  return url.href
}

test('the migrations of the project are in the template, and applying them again changes nothing', async () => {
  expect(await migrate(db.url, migrations)).toEqual({ applied: [] })
})

test('the application takes a role that row-level security binds', async () => {
  const pools = openPools({ url: db.url })
  await assertRole(pools.app)
  const { rows } = await pools.app.query('select current_user as role, session_user as login')
  expect(rows).toEqual([{ role: 'sila_app', login: 'postgres' }])
  await expect(pools.app.query('create table mine (n int)')).rejects.toThrow('permission denied')
  await pools.close()
})

test('a role that would see every association is refused, and says why', async () => {
  const pools = openPools({ url: db.url })
  await expect(assertRole(pools.owner)).rejects.toThrow(/^The application's database role postgres is a superuser, .*$/)
  await pools.close()

  const asStranger = new pg.Pool({ connectionString: withUser(stranger, 'dummy'), max: 1 })
  await assertRole(asStranger)
  await admin.query(`create table hers (n int); alter table hers owner to ${stranger}`)
  await expect(assertRole(asStranger)).rejects.toThrow(`role ${stranger} owns the table hers`)
  await admin.query(`drop table hers; alter role ${stranger} bypassrls`)
  await expect(assertRole(asStranger)).rejects.toThrow(`role ${stranger} has BYPASSRLS`)
  await admin.query(`alter role ${stranger} nobypassrls`)
  await asStranger.end()
})

test('a user who may not take the role is told what to grant', async () => {
  const pools = openPools({ url: withUser(stranger, 'dummy') })
  await expect(assertRole(pools.app)).rejects.toThrow(
    /^The database role sila_app may not be taken by the user of DATABASE_URL: .*GRANT sila_app TO that user WITH SET TRUE\.$/,
  )
  await pools.close()
})

function withUser(name: string, password: string): string {
  const url = new URL(db.url)
  url.username = name
  url.password = password
  return url.href
}

test('a wrong DATABASE_URL has one line, without the password', async () => {
  const place = new URL(inject('clusterUrl')).host
  const cases: [string, string][] = [
    [urlWith((url) => (url.password = 'hunter2')), `DATABASE_URL (${place}/postgres) cannot be used: user or password is wrong.`],
    [urlWith((url) => (url.pathname = '/nowhere')), `DATABASE_URL (${place}/nowhere) cannot be used: there is no such database.`],
    ['postgres://u:hunter2@127.0.0.1:1/d', 'DATABASE_URL (127.0.0.1:1/d) cannot be used: nothing listens there.'],
    ['postgres://u:hunter2@localhost:1/d', 'DATABASE_URL (localhost:1/d) cannot be used: nothing listens there.'],
    ['postgres://u:hunter2@nowhere.invalid/d', 'DATABASE_URL (nowhere.invalid:5432/d) cannot be used: the host is not known.'],
  ]
  for (const [url, line] of cases) await expect(checkConnection(url)).rejects.toThrow(new RegExp(`^${line.replace(/[().]/g, '\\$&')}$`))
  await expect(startData({ dataDir: dir, databaseUrl: 'postgres://127.0.0.1:1/d' })).rejects.toThrow('nothing listens there')
})

test('something that is not PostgreSQL, or never answers, has a line too', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  await expect(checkConnection(`postgres://u@127.0.0.1:${port}/d`)).rejects.toThrow(/^DATABASE_URL \(.*\) cannot be used: .*\.$/)
  server.close()
})

test('connections that the server drops are replaced, and nothing crashes', async () => {
  const errors: Error[] = []
  const pools = openPools({ url: db.url, onError: (error) => errors.push(error) })
  await pools.app.query('select 1')
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sila' and datname = current_database()`,
  )
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  expect((await pools.app.query('select current_user as role')).rows).toEqual([{ role: 'sila_app' }])
  await pools.close()
})

test('a connection that is cut in somebody’s hands, between two queries, ends nothing', async () => {
  const pools = openPools({ url: db.url })
  const cut = async (client: pg.PoolClient): Promise<void> => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const gone = new Promise((resolve) => client.once('end', resolve))
    await admin.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await gone
  }
  for (const pool of [pools.owner, pools.app]) {
    const client = await pool.connect()
    await cut(client)
    await expect(client.query('select 1')).rejects.toThrow()
    client.release(true)
    // As BullMQ does before it gives one back.
    const bare = await pool.connect()
    const { rows } = await bare.query<{ pid: number }>('select pg_backend_pid() as pid')
    bare.removeAllListeners()
    bare.release()
    const again = await pool.connect()
    expect((await again.query('select pg_backend_pid() as pid')).rows).toEqual(rows)
    await cut(again)
    again.release(true)
    await expect(pool.query('select 1 as one')).resolves.toMatchObject({ rows: [{ one: 1 }] })
  }
  await pools.close()
})
