import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadKeys } from '../../../src/platform/keys.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

test('made once, different, for us alone, also when several begin at once', async () => {
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => loadKeys(dir)))
  for (const other of [...others, await loadKeys(dir)]) expect(other).toEqual(first)
  expect(first?.master).toHaveLength(32)
  expect(first?.index).toHaveLength(32)
  expect(Buffer.from(first?.auth ?? '', 'base64url')).toHaveLength(32)
  expect(new Set([first?.master.toString('hex'), first?.index.toString('hex')]).size).toBe(2)
  expect(readdirSync(join(dir, 'keys')).sort()).toEqual(['auth.key', 'index.key', 'master.key'])
  for (const name of readdirSync(join(dir, 'keys'))) expect(statSync(join(dir, 'keys', name)).mode & 0o777).toBe(0o600)
  expect(statSync(join(dir, 'keys')).mode & 0o777).toBe(0o700)
})

test('a key of your own is read from its file', async () => {
  const own = join(dir, 'own')
  writeFileSync(own, Buffer.alloc(32, 7), { mode: 0o600 })
  expect((await loadKeys(dir, { masterKeyFile: own })).master).toEqual(Buffer.alloc(32, 7))
  expect(readdirSync(join(dir, 'keys')).sort()).toEqual(['auth.key', 'index.key'])
  await expect(loadKeys(dir, { masterKeyFile: join(dir, 'none') })).rejects.toThrow(/^The key .*none cannot be read \(ENOENT\)\.$/)
})

test('a key that others can read, that is short, or that is missing beside its twin, is refused in one line', async () => {
  await loadKeys(dir)
  const master = join(dir, 'keys/master.key')
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(master, mode)
    await expect(loadKeys(dir)).rejects.toThrow(`The key ${master} can be read by others: chmod 600 ${master}`)
  }
  chmodSync(master, 0o600)
  writeFileSync(master, 'short')
  await expect(loadKeys(dir)).rejects.toThrow(`The key ${master} has 5 bytes instead of 32.`)
  rmSync(join(dir, 'keys/index.key'))
  await expect(loadKeys(dir)).rejects.toThrow(/index\.key is missing beside .*master\.key: restore it from the backup\.$/)
})

test('where none may be made, a missing key is refused in one line and nothing is left behind', async () => {
  const kept = loadKeys(dir, {}, { people: 'data' })
  await expect(kept).rejects.toThrow(/^The key \S+index\.key is missing, and this database has data already\. Put back .*\.$/)
  await expect(loadKeys(dir, {}, { people: 'shared', sessions: 'shared' })).rejects.toThrow(/a gateway or a worker makes none/)
  expect(readdirSync(join(dir, 'keys'))).toEqual([])
  await loadKeys(dir)
  rmSync(join(dir, 'keys/auth.key'))
  await expect(loadKeys(dir, {}, { people: 'data', sessions: 'shared' })).rejects.toThrow(/auth\.key is missing/)
  // A new one only signs staff out.
  await loadKeys(dir, {}, { people: 'data' })
  expect(readdirSync(join(dir, 'keys')).sort()).toEqual(['auth.key', 'index.key', 'master.key'])
})
