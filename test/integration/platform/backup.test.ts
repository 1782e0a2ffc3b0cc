import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backup } from '../../../src/platform/backup.ts'
import { loadKeys } from '../../../src/platform/keys.ts'
import { joinOrStart, type OpenData, startData } from '../../../src/platform/open-data.ts'
import { restore } from '../../../src/platform/restore.ts'
import { tarHeader } from '../../../src/platform/tar.ts'

const home = mkdtempSync(join(tmpdir(), 'backup-'))
const dataDir = join(home, 'data')
const archive = join(home, 'sila.tar.gz')
let data: OpenData
let keys: Awaited<ReturnType<typeof loadKeys>>
let written = 0

beforeAll(async () => {
  data = await startData({ dataDir }, { durable: false })
  keys = await loadKeys(dataDir)
  mkdirSync(join(dataDir, 'files/masakin'), { recursive: true })
  writeFileSync(join(dataDir, 'files/masakin/ملف-1'), Buffer.alloc(100_000, 3), { mode: 0o600 })
  await query(data.url, 'create table kept (n int primary key, filler text)')
})
afterAll(async () => {
  await data.stop()
  rmSync(home, { recursive: true, force: true })
})

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Writes all the time, with checkpoints, so that the copy is of a moving target. */
async function writeUntil(stop: () => boolean): Promise<void> {
  const client = new pg.Client({ connectionString: data.url })
  await client.connect()
  for (; !stop(); written++) {
    await client.query(`insert into kept values (${written}, repeat(md5('${written}'), 300))`)
    if (written % 50 === 49) await client.query('checkpoint')
    if (written % 150 === 149) await client.query('select pg_switch_wal()')
  }
  await client.end()
}

test('taken while rows are written, restored into a new folder: everything from before is there, nothing is torn', async () => {
  let stop = false
  const writing = writeUntil(() => stop)
  while (written < 120) await new Promise((resolve) => setTimeout(resolve, 5))
  const before = written
  const manifest = await backup({ dataDir, to: archive })
  stop = true
  await writing
  expect(statSync(archive).mode & 0o777).toBe(0o600)
  expect(manifest).toMatchObject({ version: 1, database: 'embedded' })
  expect(await query(data.url, 'select slot_name from pg_replication_slots')).toEqual([])

  const target = join(home, 'restored')
  expect(await restore({ from: archive, dataDir: target })).toEqual(manifest)
  expect(existsSync(join(target, 'instance.json'))).toBe(false)
  expect(await loadKeys(target)).toEqual(keys)
  expect(readFileSync(join(target, 'files/masakin/ملف-1'))).toEqual(Buffer.alloc(100_000, 3))
  const restored = await startData({ dataDir: target }, { durable: false })
  const [row] = await query<{ count: number; highest: number; whole: boolean }>(
    restored.url,
    `select count(*)::int as count, max(n) as highest, bool_and(filler = repeat(md5(n::text), 300)) as whole from kept`,
  )
  expect(row?.count).toBeGreaterThanOrEqual(before)
  expect(row).toMatchObject({ count: (row?.highest ?? 0) + 1, whole: true })
  await query(restored.url, 'insert into kept values (-1)')
  await restored.stop()
  const again = await joinOrStart({ dataDir: target })
  expect(await query(again.url, 'select n from kept where n < 0')).toEqual([{ n: -1 }])
  await again.stop()
})

test('when nothing runs it starts the database for the while', async () => {
  const target = join(home, 'cold')
  await restore({ from: archive, dataDir: target })
  const second = join(home, 'second.tar.gz')
  await backup({ dataDir: target, to: second })
  expect(existsSync(join(target, 'instance.json'))).toBe(false)
  expect(existsSync(join(target, 'postgres/postmaster.pid'))).toBe(false)
  const third = join(home, 'third')
  await restore({ from: second, dataDir: third })
  const restored = await joinOrStart({ dataDir: third })
  expect((await query<{ count: string }>(restored.url, 'select count(*) from kept'))[0]?.count).not.toBe('0')
  await restored.stop()
})

test('refusals in one line, and nothing half-made stays', async () => {
  await expect(backup({ dataDir, to: archive })).rejects.toThrow(`${archive} exists already: choose another name.`)
  await expect(backup({ dataDir, to: join(home, 'no/where.tar.gz') })).rejects.toThrow(/cannot be written \(ENOENT\)\.$/)
  await expect(backup({ dataDir: join(home, 'none'), to: join(home, 'x.tar.gz') })).rejects.toThrow(/^There is no data folder/)
  await expect(restore({ from: archive, dataDir })).rejects.toThrow(
    `${dataDir} is not empty: restore into a new folder, or move this one away.`,
  )
  await expect(restore({ from: join(home, 'none'), dataDir: join(home, 'n') })).rejects.toThrow(/^There is no backup/)

  // The database hangs up in the middle.
  const broken = backup({ dataDir, to: join(home, 'broken.tar.gz') })
  broken.catch(() => {})
  const hangUp = `select pg_terminate_backend(pid) as done from pg_stat_activity where application_name = 'sila-backup'`
  while ((await query(data.url, hangUp)).length === 0);
  await expect(broken).rejects.toThrow(/^The backup broke off \(.+\); nothing was kept of it\.$/)
  expect(readdirSync(home).filter((name) => name.includes('.part') || name.startsWith('broken'))).toEqual([])
})

test('an archive that was cut or changed is not restored at all', async () => {
  const small = join(home, 'small.tar.gz')
  await backup({ dataDir, to: small, databaseUrl: data.url })
  const whole = readFileSync(small)
  const plain = gunzipSync(whole)
  const at = plain.indexOf(Buffer.alloc(1000, 3))
  const changed = Buffer.from(plain)
  changed.writeUInt8(4, at)
  const outside = Buffer.concat([tarHeader({ path: '../outside', mode: 0o600, size: 0 }), plain])
  const manifestAt = plain.lastIndexOf(Buffer.from('manifest.json'))
  const without = Buffer.concat([plain.subarray(0, manifestAt), Buffer.alloc(1024)])
  const cases = {
    cut: whole.subarray(0, whole.length / 2),
    changed: gzipSync(changed),
    outside: gzipSync(outside),
    without: gzipSync(without),
    other: Buffer.from('hello'),
  }
  for (const [name, bytes] of Object.entries(cases)) {
    const from = join(home, `${name}.tar.gz`)
    writeFileSync(from, bytes)
    const target = join(home, `from-${name}`)
    await expect(restore({ from, dataDir: target }), name).rejects.toThrow(`${from} is not a whole backup of Sila.`)
    expect(existsSync(target)).toBe(false)
  }
  expect(existsSync(join(home, 'outside'))).toBe(false)
})

test('a restore that was killed before its end is not started from', async () => {
  const target = join(home, 'half')
  mkdirSync(join(target, '.restoring/keys'), { recursive: true })
  await expect(startData({ dataDir: target })).rejects.toThrow(/^A restore into .* was interrupted: empty the folder and restore again\.$/)
})

test('with a database of your own, the keys and files are saved and the manifest says so', async () => {
  const to = join(home, 'external.tar.gz')
  const manifest = await backup({ dataDir, to, databaseUrl: data.url })
  expect(manifest.database).toBe('external')
  expect(manifest.entries.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['files/masakin/ملف-1', 'keys/index.key', 'keys/master.key']),
  )
  expect(manifest.entries.some(({ path }) => path.startsWith('postgres/'))).toBe(false)
})
