/** Starts test/support/hold-data.ts as a process and reads what it says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Holder {
  url: string
  how: string
  pid: number
  child: ChildProcess
  /** Everything it has printed. */
  said(): string
  /** Sends the signal and waits for the end. @returns the exit code, or the signal's name */
  end(signal: NodeJS.Signals): Promise<number | string | null>
}

export interface HolderOptions {
  uid?: number
  gid?: number
  /** Sends the signals of `end` to its whole process group, as a terminal does. */
  group?: boolean
}

const script = join(import.meta.dirname, 'hold-data.ts')

/** @returns the holder, or the one line with which it refused */
export async function runHolder(
  kind: 'start' | 'command',
  dataDir: string,
  options: HolderOptions = {},
): Promise<Holder | { refused: string }> {
  const { group = false, ...account } = options
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, kind, dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    detached: group,
    env: { PATH: process.env.PATH, TMPDIR: '/tmp' },
    ...account,
  })
  let said = ''
  let problem = ''
  child.stdout?.on('data', (part: Buffer) => {
    said += part.toString()
  })
  child.stderr?.on('data', (part: Buffer) => {
    problem += part.toString()
  })
  const ended = once(child, 'close')
  while (!said.includes('\n') && child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => setTimeout(resolve, 10))
  if (!said.includes('\n')) {
    await ended
    return { refused: `${problem.trim()} (exit ${child.exitCode})` }
  }
  // Written by hold-data.ts.
  const { url, how, pid } = JSON.parse(said.split('\n')[0] ?? '') as { url: string; how: string; pid: number }
  return {
    url,
    how,
    pid,
    child,
    said: () => said,
    end: async (signal) => {
      process.kill(group ? -pid : pid, signal)
      await ended
      return child.exitCode ?? child.signalCode
    },
  }
}

/** For tests in which it must not refuse. */
export async function mustHold(...args: Parameters<typeof runHolder>): Promise<Holder> {
  const holder = await runHolder(...args)
  if ('refused' in holder) throw new Error(holder.refused)
  return holder
}
