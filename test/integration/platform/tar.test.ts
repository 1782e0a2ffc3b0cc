import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { padding, readTar, tarEnd, tarHeader } from '../../../src/platform/tar.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Whole buffers take seconds to compare. */
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

async function read(archive: Buffer, piece = 1000): Promise<{ path: string; mode: number; content: string }[]> {
  const entries = []
  for await (const { path, mode, body } of readTar(inPieces(archive, piece))) {
    const parts = []
    for await (const part of body) parts.push(part)
    entries.push({ path, mode, content: digest(Buffer.concat(parts)) })
  }
  return entries
}

const samples = [
  { path: 'folder/', mode: 0o700, content: Buffer.alloc(0) },
  { path: 'empty', mode: 0o600, content: Buffer.alloc(0) },
  { path: 'one block', mode: 0o600, content: Buffer.alloc(512, 1) },
  { path: 'odd name \n with "quotes" ' + "'and' \\ back", mode: 0o640, content: Buffer.from('x') },
  { path: `صلة/${'ملف طويل '.repeat(10)}/${'ب'.repeat(100)}.bin`, mode: 0o600, content: Buffer.alloc(1_300_001, 2) },
  { path: `${'a'.repeat(100)}`, mode: 0o600, content: Buffer.from('100') },
  { path: `${'a'.repeat(101)}`, mode: 0o600, content: Buffer.from('101') },
  // A pax record whose length has one digit more because of its own digits.
  ...[985, 986, 987, 988, 989, 990, 991].map((length) => ({ path: 'b'.repeat(length), mode: 0o600, content: Buffer.from('x') })),
]
const archive = Buffer.concat([
  ...samples.flatMap(({ path, mode, content }) => [tarHeader({ path, mode, size: content.length }), content, padding(content.length)]),
  tarEnd,
])

test('names of every kind and files of every size come back, however the bytes arrive', async () => {
  for (const piece of [7, 512, 65_536])
    expect(await read(archive, piece)).toEqual(samples.map((sample) => ({ ...sample, content: digest(sample.content) })))
})

test('bodies that nobody reads are passed over', async () => {
  const paths = []
  for await (const { path } of readTar(inPieces(archive, 999))) paths.push(path)
  expect(paths).toEqual(samples.map(({ path }) => path))
})

test('more than 8 GiB fits into a header', async () => {
  const size = 20 * 1024 ** 3
  for await (const entry of readTar(inPieces(tarHeader({ path: 'big', mode: 0o600, size }), 512))) {
    expect(entry).toMatchObject({ path: 'big', size })
    break
  }
})

test('the tar command, where there is one, understands it and is understood', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tar-'))
  writeFileSync(join(dir, 'a.tar'), archive)
  execFileSync('tar', ['-xf', 'a.tar', '--exclude=b*'], { cwd: dir })
  expect(samples[4]?.content.equals(readFileSync(join(dir, samples[4].path)))).toBe(true)
  const theirs = execFileSync('tar', ['--format=ustar', '-c', '-C', dir, 'one block'], { maxBuffer: 1e8 })
  expect(await read(theirs)).toMatchObject([{ path: 'one block', content: digest(Buffer.alloc(512, 1)) }])
  rmSync(dir, { recursive: true })
})

test('an archive that stops in the middle, or was changed, is refused', async () => {
  await expect(read(archive.subarray(0, 5_000))).rejects.toThrow('ends in the middle')
  await expect(read(archive.subarray(0, -1024))).rejects.toThrow('ends in the middle')
  const changed = Buffer.from(archive)
  changed.writeUInt8(65, 512)
  await expect(read(changed)).rejects.toThrow('damaged')
  await expect(read(Buffer.from('something else'.repeat(100)))).rejects.toThrow('damaged')
})
