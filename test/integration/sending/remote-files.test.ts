/** Files that a channel only named: fetched before their turn, in order, once, and through crashes. */
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sweep } from '../../../src/app/sweep.ts'
import type { Content } from '../../../src/core/engine/input.ts'
import type { Fetched } from '../../../src/ports/channel.ts'
import { DomainError } from '../../../src/ports/errors.ts'
import { masakin, openTestStore, required, rows } from '../store/support.ts'
import { importRealContent, inboxOf, openProcess, type Process, type ProcessOptions } from './runner.ts'
import { openBot, until } from './support.ts'

const store = await openTestStore()
await importRealContent(store)
const account = await openBot(store, null)
const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#336699' } })
  .jpeg()
  .toBuffer()
const directory = mkdtempSync(join(tmpdir(), 'sila-remote-'))
/** What the channel's server does with a file that is asked for. */
let serve: (remote: string) => Promise<Fetched>
let asked: string[] = []
const open: Process[] = []
let person = 0
let external = ''

beforeEach(() => {
  person += 1
  external = `files-${person}`
  asked = []
  serve = async () => stream(picture)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((process) => process.close()))
})

const stream = (bytes: Uint8Array, name: string | null = 'IMG_1.jpg'): Fetched => ({
  ok: true,
  name,
  stream: (async function* () {
    yield bytes
  })(),
})
const start = (over: ProcessOptions = {}): Process => {
  const source = () => ({
    limit: 1024 * 1024,
    fetch: (remote: string) => {
      asked.push(remote)
      return serve(remote)
    },
  })
  const process = openProcess(store, { source, directory, ...over })
  open.push(process)
  return process
}
const photo = (remote: string): Content => ({
  kind: 'image',
  file: { id: null, mime: null, size: 0, name: null, problem: null, remote },
  caption: null,
})
const placeOf = async (process: Process) => required(await process.store.turns.locate({ association: masakin, account, external }))
/** What the turns of this person heard, oldest first. */
const heard = async (process: Process): Promise<Content[]> =>
  (await process.store.turns.records(masakin, (await placeOf(process)).conversation)).flatMap(({ input }) =>
    input.kind === 'message-received' ? input.messages.map(({ content }) => content) : [],
  )
const fileRows = async (process: Process) =>
  rows<{ id: string }>(store, 'select id from file where contact_id = $1 and removed_at is null', [(await placeOf(process)).contact])
const onDisk = (): string[] => readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f-]{36}/.test(name))
const later = async (process: Process): Promise<void> => {
  await process.age()
  await rows(store, `update inbox set fetch_until = now() - interval '1 second' where fetch_until is not null`)
  await sweep(process.sweepDeps)
  await process.runner.idle()
}

test('acknowledged before it is fetched; the turn reads the kept file; what follows waits its turn', async () => {
  const process = start()
  let release: () => void = () => {}
  serve = async () => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return stream(picture, '../../IMG 77.png')
  }
  expect(await process.write(account, external, photo('file-1'))).toMatchObject({ duplicate: false })
  expect(await process.write(account, external, 'وهذا كلام بعدها')).toMatchObject({ duplicate: false })
  await until(() => asked.length === 1)
  expect((await inboxOf(store, external, account)).map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  // Others are served meanwhile, and staff can act.
  await process.write(account, `${external}-other`, 'السلام عليكم')
  expect((await inboxOf(store, `${external}-other`, account)).map(({ state }) => state)).toEqual(['taken'])
  const staff = { id: required(Object.values(store.staff)[0]), name: 'Officer' }
  await process.runner.take(await placeOf(process), { kind: 'staff-took-over', staff })
  await process.runner.take(await placeOf(process), { kind: 'staff-released', staff })
  release()
  await process.runner.idle()
  const [first, second] = await heard(process)
  const [row] = await inboxOf(store, external, account)
  expect(first).toMatchObject({ kind: 'image', file: { id: row?.id, mime: 'image/jpeg', name: 'IMG 77.jpg', problem: null, remote: null } })
  expect(second).toMatchObject({ kind: 'text' })
  expect(await fileRows(process)).toEqual([{ id: row?.id }])
  const { bytes } = await process.files.read(masakin, required((first as Extract<Content, { file: unknown }>).file.id)) // an image
  expect((await sharp(bytes).metadata()).width).toBe(40)
  expect(asked).toEqual(['file-1'])
})

test('the database goes away while a file is fetched: whoever has it goes on when it is back, and asks for it once', async () => {
  let away = 3
  const gone = async (): Promise<never> => {
    away -= 1
    throw new DomainError('unavailable', 'the database is away')
  }
  const process = start({ turns: ({ putFile }) => ({ putFile: (...of) => (away > 0 ? gone() : putFile(...of)) }) })
  await process.write(account, external, photo('file-1'))
  await until(async () => (await heard(process)).length === 1, 8_000)
  expect(away).toBe(0)
  expect((await heard(process))[0]).toMatchObject({ kind: 'image', file: { problem: null, remote: null } })
  expect(asked).toEqual(['file-1'])
})

test('the fetch runs while a burst is waited for; the burst is one turn', async () => {
  const process = start({ window: { text: 1_500, media: 1_500 } })
  for (const remote of ['a', 'b', 'c']) await process.write(account, external, photo(remote))
  await until(() => asked.length === 3)
  expect((await inboxOf(store, external, account)).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting'])
  await process.runner.idle()
  expect((await heard(process)).map((content) => 'file' in content && content.file.mime)).toEqual([
    'image/jpeg',
    'image/jpeg',
    'image/jpeg',
  ])
  expect(await process.store.turns.records(masakin, (await placeOf(process)).conversation)).toHaveLength(1)
})

test('what is not wanted, too large, or never comes: the person is told, and the line goes on', { timeout: 30_000 }, async () => {
  const process = start()
  const cases: [string, () => Promise<Fetched>, string][] = [
    ['html', async () => stream(Buffer.from('<html><script>')), 'type'],
    ['huge', async () => stream(new Uint8Array(1024 * 1024 + 1)), 'too-large'],
    ['gone', async () => ({ ok: false, problem: 'too-large' }), 'too-large'],
    ['never', async () => ({ ok: false, problem: null }), 'failed'],
    ['throws', () => Promise.reject(new Error('socket hang up')), 'failed'],
  ]
  for (const [remote, does, problem] of cases) {
    serve = does
    asked = []
    await process.write(account, external, photo(remote))
    await process.runner.idle()
    expect([remote, (await heard(process)).at(-1)]).toMatchObject([remote, { file: { id: null, problem, remote: null } }])
    expect([remote, asked.length]).toEqual([remote, problem === 'failed' ? 3 : 1])
  }
  expect((await inboxOf(store, external, account)).every(({ state, disposition }) => state === 'taken' && disposition !== null)).toBe(true)
  expect(await fileRows(process)).toEqual([])
})

test('it comes at the second try', async () => {
  const process = start()
  serve = async () => (asked.length < 2 ? { ok: false, problem: null } : stream(picture))
  await process.write(account, external, photo('twice'))
  await process.runner.idle()
  expect((await heard(process)).at(-1)).toMatchObject({ file: { mime: 'image/jpeg' } })
  expect(asked).toHaveLength(2)
})

/** Where a process may die: from then on none of its calls reaches anything. */
const points = ['before the claim', 'after the claim', 'during the fetch', 'after the file was kept', 'after the row was written'] as const

test.each(points)('dies %s: another goes on, with one file', async (point) => {
  const dying = start()
  const never = new Promise<never>(() => {})
  const { turns } = dying.store
  const { claimFile, putFile } = turns
  const dead = { claimFile: () => never, putFile: () => never, commit: () => never, dropFile: () => never }
  let died = false
  const die = (): Promise<never> => {
    died = true
    Object.assign(turns, dead)
    return never
  }
  if (point === 'before the claim') turns.claimFile = die
  if (point === 'after the claim')
    turns.claimFile = async (...args) => {
      await claimFile(...args)
      return die()
    }
  if (point === 'during the fetch')
    serve = async () => ({
      ok: true,
      name: null,
      stream: (async function* () {
        yield picture.subarray(0, 10)
        await die()
      })(),
    })
  if (point === 'after the file was kept') turns.putFile = die
  if (point === 'after the row was written') {
    turns.putFile = async (...args) => {
      await putFile(...args)
      return die()
    }
  }
  await dying.write(account, external, photo('crash'))
  await until(() => died)
  open.splice(open.indexOf(dying), 1) // it hangs for good
  serve = async () => stream(picture)

  const next = start()
  await later(next)
  const [row] = await inboxOf(store, external, account)
  expect(row).toMatchObject({ state: 'taken' })
  expect((await heard(next)).at(-1)).toMatchObject({ file: { id: row?.id, mime: 'image/jpeg' } })
  expect(await fileRows(next)).toEqual([{ id: row?.id }])
  expect(onDisk().filter((name) => name.includes(required(row).id))).toHaveLength(1)
})

test('two processes do not fetch the same file; one that cannot leaves it, and takes what stands before', async () => {
  const one = start()
  const blind = start({ source: () => null, window: { text: 60_000, media: 60_000 } })
  let release: () => void = () => {}
  serve = async () => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return stream(picture)
  }
  await blind.write(account, external, 'كلام قبلها')
  await blind.write(account, external, photo('shared'))
  await blind.write(account, external, 'وكلام بعدها')
  const of = await placeOf(blind)
  await blind.runner.takeWaiting(of)
  expect((await inboxOf(store, external, account)).map(({ state }) => state)).toEqual(['taken', 'waiting', 'waiting'])
  const taking = one.runner.takeWaiting(of)
  await until(() => asked.length === 1)
  const two = start()
  await two.runner.takeWaiting(of)
  expect(asked).toHaveLength(1)
  expect((await inboxOf(store, external, account)).map(({ state }) => state)).toEqual(['taken', 'waiting', 'waiting'])
  release()
  await taking
  expect((await inboxOf(store, external, account)).map(({ state }) => state)).toEqual(['taken', 'taken', 'taken'])
  expect(asked).toHaveLength(1)
})

test('a file that takes its process with it is given up after three', async () => {
  for (let crash = 0; crash < 3; crash += 1) {
    const dying = start()
    serve = () => new Promise(() => {})
    if (crash === 0) await dying.write(account, external, photo('bomb'))
    else {
      await rows(store, `update inbox set fetch_until = now() - interval '1 second' where fetch_until is not null`)
      void dying.runner.takeWaiting(await placeOf(dying))
    }
    await until(() => asked.length === crash + 1)
    open.splice(open.indexOf(dying), 1)
  }
  serve = async () => stream(picture)
  const next = start()
  await later(next)
  expect((await heard(next)).at(-1)).toMatchObject({ file: { id: null, problem: 'failed' } })
  expect(asked).toHaveLength(3)
})
