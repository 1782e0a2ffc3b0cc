/** Makes a new cluster beside its place and moves it there when it is whole, so a killed run leaves nothing half-made. */
import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, PlatformError } from '../errors.ts'
import { giveTo, type Launcher } from './launcher.ts'

/** The password of the cluster's owner, made once. */
export async function readPassword(file: string): Promise<string> {
  if (!existsSync(file)) {
    const half = `${file}.${randomUUID()}`
    await writeFile(half, randomBytes(24).toString('base64url'), { mode: 0o600 })
    await rename(half, file)
  }
  return (await readFile(file, 'utf8')).trim()
}

export async function initialise(launcher: Launcher, place: string, password: string, durable: boolean): Promise<void> {
  const parent = dirname(place)
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${basename(place)}.new-`)) await rm(join(parent, name), { recursive: true, force: true })
  }
  if (existsSync(join(place, 'PG_VERSION'))) return
  await rm(place, { recursive: true, force: true })

  const half = `${place}.new-${process.pid}`
  const secret = `${half}.secret`
  await writeFile(secret, password, { mode: 0o600 })
  try {
    if (launcher.kind === 'setuid') await makeFolderFor(launcher, half)
    await giveTo(launcher.owner, secret)
    const { file, args, options } = launcher.command('initdb', [
      ...['-D', half, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', secret],
      // Independent of the locales of the machine.
      ...['-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'],
      ...(durable ? [] : ['--no-sync']),
    ])
    await new Promise<void>((resolve, reject) => {
      execFile(file, args, { cwd: options.cwd, uid: options.uid, gid: options.gid }, (error, _out, problem) =>
        error === null ? resolve() : reject(toPlatformError(error, problem)),
      )
    })
    await rename(half, place)
  } catch (error) {
    await rm(half, { recursive: true, force: true })
    throw error
  } finally {
    await rm(secret, { force: true })
  }
}

async function makeFolderFor(launcher: Launcher, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  await chmod(folder, 0o700)
  await giveTo(launcher.owner, folder)
}

function toPlatformError(error: Error, problem: string): PlatformError {
  if (codeOf(error) === 'ENOENT') return cannotRun(error)
  const line = problem.split('\n').find((text) => /error|FATAL|No space/i.test(text)) ?? error.message
  return new PlatformError('initdb', `The database could not be made: ${line.trim()}`, { cause: error })
}

export function cannotRun(cause: Error): PlatformError {
  return new PlatformError(
    'unsupported-platform',
    'The shipped PostgreSQL does not run on this system (it needs glibc 2.27 or later, which Alpine has not): set DATABASE_URL to a PostgreSQL 18 of your own.',
    { cause },
  )
}
