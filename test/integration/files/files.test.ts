import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { v7 as uuid7 } from 'uuid'
import { afterAll, expect, test } from 'vitest'
import { FileId } from '../../../src/core/ids.ts'
import type { KeptFile } from '../../../src/ports/files.ts'
import { createFiles } from '../../../src/store/files.ts'
import { canary, masakin, meet, openTestStore, rows } from '../store/support.ts'
import * as sample from './samples.ts'

const limit = 1_000_000
const store = await openTestStore()
const directory = join(await mkdtemp(join(tmpdir(), 'sila-files-test-')), 'files')
const clock = { now: () => new Date('2026-03-01T08:00:00Z') }
const files = createFiles({ prisma: store.prisma, keyring: store.keyring, directory, clock })
const owner = { association: masakin, contact: (await meet(store, 'visitor-1')).contact }
afterAll(() => rm(dirname(directory), { recursive: true, force: true }))

async function* inChunks(bytes: Buffer, size = 16_384): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const keep = (bytes: Buffer, name: string | null = 'x', of = owner) => files.keep(of, inChunks(bytes), name, limit)
const kept = async (result: Promise<KeptFile>) => {
  const settled = await result
  if (!settled.ok) throw new Error(`refused: ${settled.problem}`)
  return settled.file
}
const onDisk = async (): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

test('a photo is kept upright, without its position and its camera', async () => {
  const photo = await sample.photoWithPosition()
  expect((await sharp(photo).metadata()).exif?.includes(Buffer.from('CanaryCamera'))).toBe(true)
  expect((await sharp(photo).metadata()).orientation).toBe(6)
  const file = await kept(keep(photo, 'IMG_0001.JPG'))
  expect(file).toMatchObject({ mime: 'image/jpeg', name: 'IMG_0001.jpg' })
  const { bytes, info, contact } = await files.read(masakin, file.id)
  const metadata = await sharp(bytes).metadata()
  expect(metadata).toMatchObject({ format: 'jpeg', width: 300, height: 400 })
  expect(metadata.exif).toBeUndefined()
  expect(metadata.orientation ?? 1).toBe(1)
  expect(bytes.includes(Buffer.from('CanaryCamera'))).toBe(false)
  expect(info).toEqual(file)
  expect(file.size).toBe(bytes.length)
  expect(contact).toBe(owner.contact)
})

test('a large picture becomes smaller, a small one stays', async () => {
  const large = await kept(keep(await sample.png(5000, 1000)))
  expect(await sharp((await files.read(masakin, large.id)).bytes).metadata()).toMatchObject({ width: 2500, height: 500 })
  const small = await kept(keep(await sample.png()))
  expect(await sharp((await files.read(masakin, small.id)).bytes).metadata()).toMatchObject({ width: 40, height: 30 })
})

test('the content decides the type, whatever the name says', async () => {
  expect(await kept(keep(await sample.png(), 'report.pdf'))).toMatchObject({ mime: 'image/png', name: 'report.png' })
  expect(await kept(keep(sample.pdf(), 'هوية.pdf.exe'))).toMatchObject({ mime: 'application/pdf', name: 'هوية.pdf' })
  expect(await kept(keep(await sample.webp(), 'كشف.v2'))).toMatchObject({ mime: 'image/webp', name: 'كشف.v2.webp' })
  expect(await kept(keep(sample.opus(), null))).toMatchObject({ mime: 'audio/ogg', name: null })
  expect(await kept(keep(sample.mp3(), 'صوت.mp3'))).toMatchObject({ mime: 'audio/mpeg' })
  expect(await kept(keep(sample.m4a(), 'صوت.m4a'))).toMatchObject({ mime: 'audio/mp4' })
  expect(await kept(keep(sample.mp4(), 'مقطع.mov'))).toMatchObject({ mime: 'video/mp4', name: 'مقطع.mov.mp4' })
})

test('a name brings no path, no control and no turned direction with it', async () => {
  const nameOf = async (name: string) => (await kept(keep(sample.pdf(), name))).name
  expect(await nameOf('../../etc/passwd')).toBe('passwd.pdf')
  expect(await nameOf('C:\\مستندات\\عقد.pdf')).toBe('عقد.pdf')
  expect(await nameOf('صورة\u202Efdp.exe')).toBe('صورةfdp.pdf')
  expect(await nameOf('a\u0000b\r\nc.pdf')).toBe('abc.pdf')
  expect(await nameOf('\ud800.pdf')).toBe('\ufffd.pdf')
  expect(await nameOf('.htaccess')).toBe('htaccess.pdf')
  expect(await nameOf('...')).toBeNull()
  expect((await nameOf('ط'.repeat(400)))?.length).toBe(104)
})

const refused: [string, () => Buffer | Promise<Buffer>, string][] = [
  ['nothing', () => Buffer.alloc(0), 'empty'],
  ['a page', () => Buffer.from('<!doctype html><script>alert(1)</script>'), 'type'],
  ['a drawing with a script', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'type'],
  ['an XML drawing', () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'type'],
  ['words', () => Buffer.from('مجرد نص'), 'type'],
  ['a program', () => Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]), 'type'],
  ['a Linux program', () => Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(200)]), 'type'],
  ['a zip bomb', () => sample.zipBomb('a.txt'), 'type'],
  ['a document that unpacks to far more', () => sample.zipBomb('word/document.xml'), 'type'],
  ['a gzip bomb', () => sample.gzipBomb(), 'type'],
  ['four bytes of a zip', () => Buffer.from('PK\x03\x04'), 'type'],
  ['one byte', () => Buffer.from([0xff]), 'type'],
  ['the first bytes of a PNG', async () => (await sample.png()).subarray(0, 12), 'type'],
  ['half a photo', async () => (await sample.photoWithPosition()).subarray(0, 900), 'failed'],
  ['a PDF behind other bytes', () => Buffer.concat([Buffer.from('junk\n'), sample.pdf()]), 'type'],
  ['a locked PDF', () => sample.lockedPdf(), 'locked'],
  ['an iPhone photo that nothing here can read', () => sample.heic(), 'type'],
  ['256 million pixels', () => sample.hugePng(), 'too-large'],
]
test.each(refused)('%s is refused, and nothing of it stays', async (_what, make, problem) => {
  const before = await onDisk()
  const bytes = await make()
  expect(bytes.length).toBeLessThan(limit)
  expect(await keep(bytes, 'ملف.pdf')).toEqual({ ok: false, problem, size: bytes.length, name: 'ملف.pdf' })
  expect(await onDisk()).toEqual(before)
})

test('a stream that does not end is left at the limit, and told so', async () => {
  let pulled = 0
  let released = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        pulled += 65_536
        yield Buffer.alloc(65_536, '%PDF-')
      }
    } finally {
      released = true
    }
  }
  const before = await onDisk()
  const result = await files.keep(owner, endless(), 'lies.pdf', limit)
  expect(result).toMatchObject({ ok: false, problem: 'too-large' })
  expect(pulled).toBeLessThanOrEqual(limit + 65_536)
  expect(released).toBe(true)
  expect(await onDisk()).toEqual(before)
})

test('an upload that breaks off leaves nothing', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield sample.pdf()
    throw new Error('connection lost')
  }
  const before = await onDisk()
  await expect(files.keep(owner, broken(), 'x.pdf', limit)).rejects.toThrow('connection lost')
  expect(await onDisk()).toEqual(before)
})

test('exactly the limit passes', async () => {
  const bytes = Buffer.concat([sample.pdf(), Buffer.alloc(limit - sample.pdf().length, ' ')])
  expect(bytes.length).toBe(limit)
  expect((await kept(keep(bytes))).size).toBe(limit)
})

const pathOf = async (id: string) => (await onDisk()).find((path) => path.endsWith(id)) ?? ''

test('on the disk it is sealed, for this user alone, and its name is in no plain column', async () => {
  const file = await kept(keep(sample.pdf('/Words (canary content)'), 'اسم-كناري.pdf'))
  const path = await pathOf(file.id)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
  expect((await readFile(path)).includes('canary content')).toBe(false)
  const [row] = await rows<{ name: Buffer }>(store, 'select * from file where id = $1', [file.id])
  expect(row?.name.includes('كناري')).toBe(false)
  expect((await files.read(masakin, file.id)).info.name).toBe('اسم-كناري.pdf')
})

test('another association does not see it', async () => {
  const file = await kept(keep(sample.pdf()))
  await expect(files.read(canary, file.id)).rejects.toMatchObject({ code: 'not-found' })
  await files.remove(canary, file.id)
  expect((await files.read(masakin, file.id)).info.id).toBe(file.id)
})

test('one file put in the place of another does not open', async () => {
  const a = await pathOf((await kept(keep(sample.pdf('/A 1')))).id)
  const b = await kept(keep(sample.pdf('/B 1')))
  await rename(a, await pathOf(b.id))
  await expect(files.read(masakin, b.id)).rejects.toThrow('does not open')
})

test('removed is gone from the disk and not found', async () => {
  const file = await kept(keep(sample.pdf()))
  const path = await pathOf(file.id)
  await files.remove(masakin, file.id)
  await expect(stat(path)).rejects.toThrow('ENOENT')
  await expect(files.read(masakin, file.id)).rejects.toMatchObject({ code: 'not-found' })
  await files.remove(masakin, file.id)
  await expect(files.read(masakin, FileId.parse(uuid7()))).rejects.toMatchObject({ code: 'not-found' })
})

test('when the key of a person is destroyed, their files do not open any more', async () => {
  const { contact } = await meet(store, 'visitor-erased')
  const file = await kept(keep(sample.pdf(), 'x', { association: masakin, contact }))
  await rows(store, 'update contact set key = null where id = $1', [contact])
  store.keyring.forget(contact)
  await expect(files.read(masakin, file.id)).rejects.toMatchObject({ code: 'not-found' })
})

test('the sweep takes what no row knows, and nothing else', async () => {
  const good = await kept(keep(sample.pdf()))
  const removed = await kept(keep(sample.pdf()))
  const sealed = await readFile(await pathOf(removed.id))
  const removedPath = await pathOf(removed.id)
  await files.remove(masakin, removed.id)
  await writeFile(removedPath, sealed)

  const folder = join(directory, masakin, '00')
  await mkdir(folder, { recursive: true })
  const old = join(folder, uuid7())
  const young = join(folder, uuid7())
  const part = join(folder, `${uuid7()}.part`)
  for (const path of [old, young, part]) await writeFile(path, 'x')
  const yesterday = new Date(Date.now() - 86_400_000)
  for (const path of [old, part]) await utimes(path, yesterday, yesterday)

  const before = await onDisk()
  expect(await files.sweepOrphans()).toBe(3)
  expect((await onDisk()).toSorted()).toEqual(before.filter((path) => ![old, part, removedPath].includes(path)).toSorted())
  expect((await files.read(masakin, good.id)).info.id).toBe(good.id)
})
