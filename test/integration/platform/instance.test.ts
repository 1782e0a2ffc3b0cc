import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { claimInstance, readInstance, releaseInstance } from '../../../src/platform/instance.ts'
import { joinOrStart, startData } from '../../../src/platform/open-data.ts'
import { readPostmaster } from '../../../src/platform/postgres/postmaster.ts'
import { isAlive, markOf } from '../../../src/platform/processes.ts'
import { mustHold, runHolder } from '../../support/run-holder.ts'

const dir = mkdtempSync(join(tmpdir(), 'instance-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function ask(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('select 1 as n')
  await client.end()
  return rows
}

test('a second start is refused in one line; a command joins; after the end the folder is free', async () => {
  const data = await startData({ dataDir: dir }, { durable: false })
  await data.announce('http://localhost:3000')
  expect(data.how).toBe('started')
  expect(statSync(join(dir, 'instance.json')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(dir, 'instance.json'), 'utf8')).not.toContain(new URL(data.url).password)

  expect(await runHolder('start', dir)).toEqual({
    refused: `${dir} is in use by process ${process.pid}, http://localhost:3000: stop it first, or set SILA_DATA_DIR to another folder. (exit 1)`,
  })
  const command = await mustHold('command', dir)
  expect(command).toMatchObject({ how: 'joined', url: data.url })
  expect(await command.end('SIGINT')).toBe(0)
  expect(await ask(data.url)).toEqual([{ n: 1 }])

  await data.stop()
  expect(await readInstance(dir)).toBeNull()
  expect(existsSync(join(dir, 'instance.json'))).toBe(false)
  expect(await readPostmaster(join(dir, 'postgres'))).toBeNull()
})

test('of two commands the last one out stops the database, and a program that serves takes it over meanwhile', async () => {
  const first = await mustHold('command', dir)
  const second = await mustHold('command', dir)
  expect([first.how, second.how]).toEqual(['started', 'joined'])
  const server = await readPostmaster(join(dir, 'postgres'))
  await first.end('SIGINT')
  expect(await ask(second.url)).toEqual([{ n: 1 }])

  const serving = await startData({ dataDir: dir }, { durable: false })
  expect(serving.url).toBe(second.url)
  await serving.stop()
  expect(isAlive(server?.pid ?? 0)).toBe(false)
  await second.end('SIGKILL')

  const third = await mustHold('command', dir)
  const fourth = await mustHold('command', dir)
  const last = await readPostmaster(join(dir, 'postgres'))
  await third.end('SIGINT')
  expect(isAlive(last?.pid ?? 0)).toBe(true)
  await fourth.end('SIGINT')
  expect(isAlive(last?.pid ?? 0)).toBe(false)
})

test('what a dead process left, or one whose id now belongs to another, is ignored', async () => {
  for (const mark of [
    { pid: 2 ** 22 - 1, birth: null },
    { pid: process.ppid, birth: 'another life' },
  ]) {
    writeFileSync(join(dir, 'instance.json'), JSON.stringify({ ...mark, kind: 'start', startedAt: 'x', postgresPort: 1, http: null }))
    const data = await joinOrStart({ dataDir: dir }, { durable: false })
    expect(data.how).toBe('started')
    await data.stop()
  }
  writeFileSync(join(dir, 'instance.json'), '{"pid":')
  expect(await claimInstance(dir, 'start')).toBeNull()
  await releaseInstance(dir)
})

test('of many who claim a stale folder at once, one has it', async () => {
  writeFileSync(
    join(dir, 'instance.json'),
    JSON.stringify({ ...markOf(1), birth: 'x', kind: 'start', startedAt: 'x', postgresPort: 1, http: null }),
  )
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimInstance(dir, 'command')))
  expect(claims.filter((holder) => holder === null)).toHaveLength(1)
  await releaseInstance(dir)
})
