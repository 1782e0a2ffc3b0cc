/**
 * PostgreSQL refuses to run as root. Three ways, in this order: a user namespace that shows root as
 * nobody (nothing is created or chowned, and it works below /root), an existing ordinary account, and,
 * for an ordinary user, directly.
 */
import { execFile, type SpawnOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, chown, cp, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, PlatformError } from '../errors.ts'

export type LaunchKind = 'direct' | 'userns' | 'setuid'

export interface Launcher {
  kind: LaunchKind
  /** Owner that the cluster's files must have. */
  owner: { uid: number; gid: number } | null
  /** Folder with bin/, lib/ and share/ that the account can read. */
  native: string
  command(program: string, args: string[]): { file: string; args: string[]; options: SpawnOptions }
}

/** Where things go that an ordinary account must reach while the project lies below a closed folder. */
const openFolder = '/var/lib/sila'
const asNobody = ['--user', '--map-user=65534', '--map-group=65534']

/** @param only tries this way alone (tests) */
export async function chooseLauncher(native: string, only?: LaunchKind): Promise<Launcher> {
  const root = process.getuid?.() === 0
  const kind = only ?? (!root ? 'direct' : (await canUseNamespace()) ? 'userns' : 'setuid')
  switch (kind) {
    case 'direct':
      return { kind, owner: null, native, command: (program, args) => ({ file: join(native, 'bin', program), args, options: {} }) }
    case 'userns':
      return {
        kind,
        owner: { uid: 0, gid: 0 },
        native,
        command: (program, args) => ({ file: 'unshare', args: [...asNobody, join(native, 'bin', program), ...args], options: {} }),
      }
    case 'setuid': {
      const owner = await findAccount()
      const reachable = (await canReach(join(native, 'bin'), owner.uid)) ? native : await copyBinaries(native)
      return {
        kind,
        owner,
        native: reachable,
        command: (program, args) => ({ file: join(reachable, 'bin', program), args, options: { ...owner, cwd: '/' } }),
      }
    }
    default:
      return kind satisfies never
  }
}

/**
 * Makes the cluster's folder reachable by the account: below a closed folder such as /root it moves to
 * /var/lib/sila, and `<data>/postgres` becomes a link to it.
 * @returns the real folder in which the cluster lies or will lie; it may not exist yet
 */
export async function placeCluster(launcher: Launcher, dataDir: string): Promise<string> {
  const wanted = join(dataDir, 'postgres')
  const there = await lstat(wanted).catch(() => null)
  if (there?.isSymbolicLink()) return await realpath(wanted).catch(() => moveOut(wanted))
  if (launcher.kind !== 'setuid' || launcher.owner === null) return wanted
  await chmod(dataDir, 0o711)
  if (await canReach(dataDir, launcher.owner.uid)) return wanted
  const place = await moveOut(wanted)
  if (there !== null) {
    await cp(wanted, `${place}.copy`, { recursive: true })
    await rename(`${place}.copy`, place)
    await rm(wanted, { recursive: true })
  }
  await symlink(place, wanted)
  return place
}

async function moveOut(wanted: string): Promise<string> {
  const key = createHash('sha256')
    .update(await realpath(dirname(wanted)))
    .digest('hex')
    .slice(0, 12)
  await mkdir(openFolder, { recursive: true, mode: 0o755 })
  return join(openFolder, `postgres-${key}`)
}

/** Gives the tree to the account, the top folder last, so that an interrupted pass is repeated. */
export async function giveTo(owner: Launcher['owner'], path: string): Promise<void> {
  if (owner === null || process.getuid?.() !== 0) return
  const at = await lstat(path).catch(() => null)
  if (at === null || (at.uid === owner.uid && at.gid === owner.gid)) return
  if (at.isDirectory()) for (const entry of await readdir(path)) await giveTo(owner, join(path, entry))
  if (!at.isSymbolicLink()) await chown(path, owner.uid, owner.gid)
}

async function canUseNamespace(): Promise<boolean> {
  return promisify(execFile)('unshare', [...asNobody, 'true']).then(
    () => true,
    () => false,
  )
}

async function findAccount(): Promise<{ uid: number; gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const line = lines.find((fields) => fields[0] === name)
    if (line?.[2] !== undefined && line[3] !== undefined) return { uid: Number(line[2]), gid: Number(line[3]) }
  }
  throw new PlatformError(
    'no-account',
    'PostgreSQL does not run as root, and this system has no account "postgres" or "nobody": start Sila as an ordinary user, or set DATABASE_URL.',
  )
}

async function canReach(path: string, uid: number): Promise<boolean> {
  for (let at = await realpath(path); ; at = dirname(at)) {
    const { mode, uid: owner } = await stat(at)
    if ((mode & (owner === uid ? constants.S_IXUSR : constants.S_IXOTH)) === 0) return false
    if (at === dirname(at)) return true
  }
}

async function copyBinaries(native: string): Promise<string> {
  const version = await readFile(join(native, '..', 'package.json'), 'utf8')
  const copy = join(openFolder, `programs-${createHash('sha256').update(version).digest('hex').slice(0, 12)}`)
  if (
    await access(copy).then(
      () => true,
      () => false,
    )
  )
    return copy
  await mkdir(openFolder, { recursive: true, mode: 0o755 })
  const half = `${copy}.${process.pid}`
  await cp(native, half, { recursive: true, verbatimSymlinks: true })
  await rename(half, copy).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  })
  await rm(half, { recursive: true, force: true })
  return copy
}
