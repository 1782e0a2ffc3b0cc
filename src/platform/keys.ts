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

/** @throws PlatformError when a file is missing, readable by others, or not 32 bytes */
export async function loadKeys(dataDir: string, files: KeyFiles = {}): Promise<Keys> {
  const folder = join(dataDir, 'keys')
  const master = join(folder, 'master.key')
  const index = join(folder, 'index.key')
  // With only one of the two left, a new one would look well and find nobody.
  if (files.masterKeyFile === undefined && files.indexKeyFile === undefined && existsSync(master) && !existsSync(index)) {
    throw new PlatformError('key-missing', `${index} is missing beside ${master}: restore it from the backup.`)
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return {
    index: await readKey(files.indexKeyFile, index),
    auth: (await readKey(files.authKeyFile, join(folder, 'auth.key'))).toString('base64url'),
    master: await readKey(files.masterKeyFile, master),
  }
}

async function readKey(given: string | undefined, own: string): Promise<Buffer> {
  if (given === undefined) await createOnce(own)
  const path = given ?? own
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
  if (existsSync(path)) return
  const half = `${path}.${randomUUID()}`
  await writeFile(half, randomBytes(size), { mode: 0o600 })
  await link(half, path).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
  await rm(half)
}
