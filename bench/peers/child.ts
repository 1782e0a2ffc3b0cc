/** A program in a process of its own. Its output goes to a file, so that reading it costs nobody anything. */
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Child {
  pid: number
  /** What it has printed so far. */
  output(): string
  /** @returns its exit code; null when a signal ended it */
  ended: Promise<number | null>
  /** Resolves when it is gone. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

interface ChildOptions {
  /** Of node. */
  args: readonly string[]
  env: Record<string, string>
  /** What it prints once it serves. */
  ready: RegExp
}

const patienceMs = 60_000

export const startChild = async ({ args, env, ready }: ChildOptions): Promise<Child> => {
  const folder = mkdtempSync(join(tmpdir(), 'sila-bench-out-'))
  const file = join(folder, 'out')
  const out = openSync(file, 'w')
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/tmp', ...env },
    stdio: ['ignore', out, out],
  })
  closeSync(out)
  let said: string | null = null
  const output = (): string => said ?? readFileSync(file, 'utf8')
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      said = output()
      rmSync(folder, { recursive: true, force: true })
      resolve(code)
    }),
  )
  const began = performance.now()
  while (!ready.test(output())) {
    if (child.exitCode !== null || performance.now() - began > patienceMs) {
      child.kill('SIGKILL')
      throw new Error(`${args[0]} does not serve:\n${output()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  if (child.pid === undefined) throw new Error(`${args[0]} has no process`)
  return {
    pid: child.pid,
    output,
    ended,
    end: async (signal = 'SIGTERM') => {
      child.kill(signal)
      await ended
    },
  }
}
