/** Telling whether a process is still the one that was meant: ids are reused, above all in containers. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A process that has ended but was not waited for still has an id.
    return process.platform !== 'linux' || !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** What distinguishes this life of the id from another: boot and start time. Null when the process is gone or the system does not say. */
export function birthOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name, in brackets, may hold spaces: count from the last bracket. Field 22 is the start time (proc(5)).
      return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
    }
    if (process.platform === 'win32') return null
    return execFileSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}

export interface ProcessMark {
  pid: number
  birth: string | null
}

export function markOf(pid: number): ProcessMark {
  return { pid, birth: birthOf(pid) }
}

export function isSameProcess(mark: ProcessMark): boolean {
  return isAlive(mark.pid) && (mark.birth === null || birthOf(mark.pid) === mark.birth)
}

/** @returns false when it is still there after `ms`. */
export async function waitUntilGone(pid: number, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (!isAlive(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return !isAlive(pid)
}
