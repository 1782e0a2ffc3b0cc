/** The keys that must never be in the database: files of 32 random bytes, made once, readable by us alone. */
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, PlatformError } from './errors.ts'

const size = 32

export interface Keys {
  /** Wraps the key of each association. 32 bytes. */
  master: Buffer
  /** For blind indexes of identifiers. 32 bytes. */
  index: Buffer
  /** Signs the sessions of staff. */
  auth: string
}

export interface KeyFiles {
  masterKeyFile?: string | undefined
  indexKeyFile?: string | undefined
  authKeyFile?: string | undefined
}

/** Why no new key may be made: it would open nothing, or other processes would have another. */
export type KeyRefusal = 'data' | 'shared'

const advice: Record<KeyRefusal, string> = {
  data: 'this database has data already. Put back the keys it was made with, they are in every backup',
  shared: 'a gateway or a worker makes none, because all of them need the same. Make each once: head -c 32 /dev/urandom > FILE',
}

/** Missing keys are made, unless one of these says why not. */
export interface KeyRefusals {
  /** For the keys that people's data depend on. */
  people?: KeyRefusal | null
  /** For the key of the sessions: a new one signs staff out, and no more. */
  sessions?: KeyRefusal | null
}

/** Where the keys are read: a file that was named, else one in the data folder. */
export function keyPlaces(dataDir: string, files: KeyFiles = {}): { master: string; index: string; auth: string } {
  const own = (name: string): string => join(dataDir, 'keys', `${name}.key`)
  return {
    master: files.masterKeyFile ?? own('master'),
    index: files.indexKeyFile ?? own('index'),
    auth: files.authKeyFile ?? own('auth'),
  }
}

/** @throws PlatformError when a file is missing and may not be made, readable by others, or not 32 bytes */
export async function loadKeys(dataDir: string, files: KeyFiles = {}, refusals: KeyRefusals = {}): Promise<Keys> {
  const { master, index, auth } = keyPlaces(dataDir, files)
  // With only one of the two left, a new one would look well and find nobody.
  if (files.masterKeyFile === undefined && files.indexKeyFile === undefined && existsSync(master) && !existsSync(index)) {
    throw new PlatformError('key-missing', `${index} is missing beside ${master}: restore it from the backup.`)
  }
  await mkdir(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
  return {
    index: await readKey(index, files.indexKeyFile === undefined, refusals.people),
    auth: (await readKey(auth, files.authKeyFile === undefined, refusals.sessions)).toString('base64url'),
    master: await readKey(master, files.masterKeyFile === undefined, refusals.people),
  }
}

async function readKey(path: string, own: boolean, refusal: KeyRefusal | null = null): Promise<Buffer> {
  if (own && !existsSync(path)) {
    if (refusal !== null) throw new PlatformError('key-missing', `The key ${path} is missing, and ${advice[refusal]}.`)
    await createOnce(path)
  }
  return await readKeyFile(path)
}

/** @throws PlatformError when the file is missing, readable by others, or not 32 bytes */
export async function readKeyFile(path: string): Promise<Buffer> {
  const { mode } = await stat(path).catch((error: unknown) => {
    throw new PlatformError('key-missing', `The key ${path} cannot be read (${codeOf(error)}).`)
  })
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new PlatformError('key-readable', `The key ${path} can be read by others: chmod 600 ${path}`)
  }
  const key = await readFile(path)
  if (key.length !== size) throw new PlatformError('key-wrong', `The key ${path} has ${key.length} bytes instead of ${size}.`)
  return key
}

/** Whole or not at all, and the first of two processes wins. */
async function createOnce(path: string): Promise<void> {
  const half = `${path}.${randomUUID()}`
  await writeFile(half, randomBytes(size), { mode: 0o600 })
  try {
    await link(half, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(half)
  }
}
