import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { createGunzip } from 'node:zlib'
import { type Manifest, manifestName } from './backup.ts'
import { ensureDataFolder, restoring } from './data-folder.ts'
import { codeOf, PlatformError } from './errors.ts'
import { readTar } from './tar.ts'

/**
 * Unpacks an archive of `backup` into an empty folder, checks every file against the manifest, and only
 * then puts it in place. The next start recovers the database from it.
 * @throws PlatformError; the folder is then as empty as before
 */
export async function restore({ from, dataDir }: { from: string; dataDir: string }): Promise<Manifest> {
  if (!existsSync(from)) throw new PlatformError('restore-missing', `There is no backup ${from}.`)
  const existed = existsSync(dataDir)
  if (existed && (await stat(dataDir)).isDirectory() && (await readdir(dataDir)).length > 0) {
    throw new PlatformError('restore-not-empty', `${dataDir} is not empty: restore into a new folder, or move this one away.`)
  }
  const target = await ensureDataFolder(dataDir)
  const half = join(target, restoring)
  try {
    const manifest = await unpack(from, half)
    const names = (await readdir(half)).sort()
    // While the folder of the halves exists, nothing starts here.
    for (const name of names) await rename(join(half, name), join(target, name))
    await rmdir(half)
    return manifest
  } catch (error) {
    await rm(half, { recursive: true, force: true })
    if (!existed) await rmdir(target).catch(() => {})
    if (error instanceof PlatformError) throw error
    if (codeOf(error) === 'ENOSPC') throw new PlatformError('restore-no-space', `${dataDir}: the disk is full.`)
    throw new PlatformError('restore-damaged', `${from} is not a whole backup of Sila.`, { cause: error })
  }
}

async function unpack(from: string, to: string): Promise<Manifest> {
  await mkdir(to, { mode: 0o700 })
  const sums = new Map<string, string>()
  let manifest: Manifest | null = null
  const input = createReadStream(from)
  const plain = createGunzip()
  input.on('error', (error) => plain.destroy(error))
  for await (const { path, mode, body } of readTar(input.pipe(plain))) {
    if (normalize(path) !== path || path.startsWith('/') || path.startsWith('..') || path.includes('\\'))
      throw new Error('a path leads outside')
    if (path.endsWith('/')) await mkdir(join(to, path), { recursive: true, mode: 0o700 })
    else if (path === manifestName) manifest = await readManifest(body)
    else sums.set(path, await writeOut(join(to, path), mode, body))
  }
  if (manifest === null) throw new Error('there is no manifest')
  if (manifest.version !== 1) throw new PlatformError('restore-newer', `${from} was made by a newer version: restore it with that version.`)
  if (manifest.entries.length !== sums.size || manifest.entries.some(({ path, sha256 }) => sums.get(path) !== sha256)) {
    throw new Error('files differ from the manifest')
  }
  return manifest
}

async function readManifest(body: AsyncIterable<Buffer>): Promise<Manifest> {
  const parts: Buffer[] = []
  for await (const part of body) parts.push(part)
  // Checked just above: the version first, then each entry against what was unpacked.
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Manifest
}

async function writeOut(path: string, mode: number, body: AsyncIterable<Buffer>): Promise<string> {
  const sum = createHash('sha256')
  const file = await open(path, 'wx', mode & 0o700)
  try {
    for await (const part of body) {
      sum.update(part)
      await file.appendFile(part)
    }
    // PostgreSQL itself syncs all of its folder when it recovers.
    if (!path.includes('/postgres/')) await file.sync()
  } finally {
    await file.close()
  }
  return sum.digest('hex')
}
