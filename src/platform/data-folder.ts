import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf, PlatformError } from './errors.ts'

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'read-only',
  ENOTDIR: 'not a folder',
  EEXIST: 'not a folder',
  ENOSPC: 'disk full',
}

/** Holds what a restore has unpacked and not yet put in place. */
export const restoring = '.restoring'

/**
 * Makes the folder (0700) when it is missing.
 * @returns its real path
 * @throws PlatformError when nothing can be written there
 */
export async function ensureDataFolder(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
    const probe = join(path, `.probe-${randomUUID()}`)
    await writeFile(probe, '')
    await rm(probe)
    if (existsSync(join(path, restoring))) {
      throw new PlatformError('half-restored', `A restore into ${path} was interrupted: empty the folder and restore again.`)
    }
    return await realpath(path)
  } catch (error) {
    if (error instanceof PlatformError) throw error
    const text = reasons[codeOf(error)] ?? (codeOf(error) || 'unknown reason')
    throw new PlatformError('unwritable', `The data folder ${path} cannot be written (${text}): set SILA_DATA_DIR to one that can.`, {
      cause: error,
    })
  }
}
