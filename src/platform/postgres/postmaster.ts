/** The running server as its own file `postmaster.pid` describes it. */
import { execFileSync } from 'node:child_process'
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isAlive, waitUntilGone } from '../processes.ts'

export interface Postmaster {
  pid: number
  port: number
  ready: boolean
}

/** Lines of the file: pid, data folder, start, port, socket folder, address, shared memory, status (PostgreSQL's miscadmin.h). */
export async function readPostmaster(place: string): Promise<Postmaster | null> {
  const lines = (await readFile(join(place, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/** Whether the id in the file is a PostgreSQL of this very folder: after a crash it may belong to anything. */
export async function isPostmasterOf(place: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') {
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '')
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    return basename(program.replace(/ \(deleted\)$/, '')) === 'postgres' && folder === (await realpath(place))
  }
  if (process.platform === 'win32') return true
  try {
    return basename(execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).trim()) === 'postgres'
  } catch {
    return false
  }
}

/** Ends a server that a killed run left behind, and removes a file that names a stranger. */
export async function endOrphan(place: string): Promise<void> {
  const left = await readPostmaster(place)
  if (left === null) return
  if (await isPostmasterOf(place, left.pid)) await stopPostmaster(left.pid)
  await rm(join(place, 'postmaster.pid'), { force: true })
}

/** Fast shutdown first (SIGINT: sessions are ended, everything is written), harder when it does not answer. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, ms] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 2_000],
  ] as const) {
    if (!isAlive(pid)) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    if (await waitUntilGone(pid, ms)) return
  }
}
