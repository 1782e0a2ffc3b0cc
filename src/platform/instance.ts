/**
 * One program at a time has a data folder: `instance.json` says which, and where its database and pages
 * are. Commands that come later join it; they leave a mark, so that the last one out stops the database.
 */
import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { codeOf } from './errors.ts'
import { isSameProcess, markOf, type ProcessMark } from './processes.ts'

/** `start`: the program that serves; `command`: one run of the command line. */
export type InstanceKind = 'start' | 'command'

export interface Instance extends ProcessMark {
  kind: InstanceKind
  startedAt: string
  /** Null until the database is up. */
  postgresPort: number | null
  /** Where the pages are; null until they are served. */
  http: string | null
}

/** While another process removes what a dead one left. */
const REMOVAL_MS = 5

const fileOf = (dataDir: string): string => join(dataDir, 'instance.json')
const joinedOf = (dataDir: string): string => join(dataDir, 'joined')

/** @returns whoever has the folder, if it is still alive */
export async function readInstance(dataDir: string): Promise<Instance | null> {
  const instance = await parse(fileOf(dataDir))
  return instance !== null && isSameProcess(instance) ? instance : null
}

/** Takes the folder for this process. @returns null when it is ours now, else who has it */
export async function claimInstance(dataDir: string, kind: InstanceKind): Promise<Instance | null> {
  const own: Instance = { ...markOf(process.pid), kind, startedAt: new Date().toISOString(), postgresPort: null, http: null }
  return claim(fileOf(dataDir), JSON.stringify({ ...own, claim: randomUUID() }))
}

/**
 * A hard link appears with its content and never replaces: the first of two wins. What a dead process left
 * is removed by whoever claims the removal of exactly that content, so nobody takes away a newer mark.
 */
async function claim(file: string, content: string): Promise<Instance | null> {
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, content, { mode: 0o600 })
  try {
    for (;;) {
      if (await linked(draft, file)) return null
      const found = await textOf(file)
      if (found === null) continue
      const holder = asInstance(found)
      if (holder !== null && isSameProcess(holder)) return holder
      await removeStale(file, found, content)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

async function removeStale(file: string, stale: string, content: string): Promise<void> {
  const removal = `${file}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`
  if ((await claim(removal, content)) !== null) return setTimeout(REMOVAL_MS)
  try {
    if ((await textOf(file)) === stale) await rm(file, { force: true })
  } finally {
    await rm(removal, { force: true })
  }
}

export async function updateInstance(dataDir: string, change: Partial<Pick<Instance, 'postgresPort' | 'http'>>): Promise<void> {
  const file = fileOf(dataDir)
  const now = await parse(file)
  if (now === null || now.pid !== process.pid) return
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, JSON.stringify({ ...now, ...change }), { mode: 0o600 })
  await rename(draft, file)
}

export async function releaseInstance(dataDir: string): Promise<void> {
  if ((await parse(fileOf(dataDir)))?.pid === process.pid) await rm(fileOf(dataDir), { force: true })
}

export async function markJoined(dataDir: string): Promise<void> {
  await mkdir(joinedOf(dataDir), { recursive: true, mode: 0o700 })
  await writeFile(join(joinedOf(dataDir), String(process.pid)), JSON.stringify(markOf(process.pid)), { mode: 0o600 })
}

export async function unmarkJoined(dataDir: string): Promise<void> {
  await rm(join(joinedOf(dataDir), String(process.pid)), { force: true })
}

/** Whether another process is still using the database as a guest. Marks of the dead are removed. */
export async function hasGuests(dataDir: string): Promise<boolean> {
  let some = false
  for (const name of await readdir(joinedOf(dataDir)).catch(() => [])) {
    const path = join(joinedOf(dataDir), name)
    const mark = await parse(path)
    if (mark === null || !isSameProcess(mark)) await rm(path, { force: true })
    else if (mark.pid !== process.pid) some = true
  }
  return some
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function parse(path: string): Promise<Instance | null> {
  const text = await textOf(path)
  return text === null ? null : asInstance(text)
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}

function asInstance(text: string): Instance | null {
  try {
    const value: unknown = JSON.parse(text)
    // Written by this file alone, in a folder that only we can write.
    return typeof value === 'object' && value !== null && 'pid' in value ? (value as Instance) : null
  } catch {
    return null
  }
}
