/** CPU and memory of processes, as the kernel counts them. */
import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second. */
const tickUs = 10_000

/** Fields after the name in parentheses: 0 is the state, 1 the parent. */
const fieldsOf = (pid: number | string): string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

const sum = (fields: string[], from: number, to: number): number =>
  fields.slice(from, to).reduce((total, field) => total + Number(field), 0)

/** @returns microseconds used so far by the server and its processes, also those that have ended; null where /proc is missing */
export const postgresCpu = (postmaster: number): number | null => {
  try {
    let ticks = sum(fieldsOf(postmaster), 11, 15)
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      try {
        const fields = fieldsOf(pid)
        if (fields[1] === String(postmaster)) ticks += sum(fields, 11, 13)
      } catch {
        // it ended while we looked
      }
    }
    return ticks * tickUs
  } catch {
    return null
  }
}

/** @returns microseconds used so far by all threads of a process; null where /proc is missing */
export const processCpu = (pid: number): number | null => {
  try {
    return sum(fieldsOf(pid), 11, 13) * tickUs
  } catch {
    return null
  }
}

/** @returns megabytes resident; null where /proc is missing */
export const processMemory = (pid: number): number | null => {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return kilobytes ? Number(kilobytes[1]) / 1024 : null
  } catch {
    return null
  }
}
