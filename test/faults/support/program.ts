/** The real program as processes that may die at any moment and come back. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../../src/main/sila.js', import.meta.url))

/** Whoever interrupts a run leaves nothing behind. */
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export interface Processes {
  /** Kills one with SIGKILL and starts it again at once. */
  crash(index: number): Promise<void>
  /** Asks one to end and waits. @returns its exit code */
  stop(index: number): Promise<number | null>
  start(index: number): Promise<void>
  readonly count: number
  /** SIGKILLs so far. */
  readonly crashes: number
  /** What they have printed, for the report of a failure. */
  output(): string
  end(): Promise<void>
}

/** @param environments one process for each; `ready` is what it prints once it serves */
export const startProcesses = async (environments: Record<string, string>[], ready: RegExp): Promise<Processes> => {
  const running: (ChildProcess | null)[] = environments.map(() => null)
  let said = ''
  let crashes = 0
  const start = async (index: number): Promise<void> => {
    const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/tmp', ...environments[index] }
    const child = spawn(process.execPath, ['--max-semi-space-size=8', entry, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    running[index] = child
    children.add(child)
    child.once('close', () => children.delete(child))
    let own = ''
    await new Promise<void>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        own += chunk.toString()
        said = (said + chunk.toString()).slice(-20_000)
        if (ready.test(own)) resolve()
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      // Killed on purpose before it was ready: whoever killed it starts it again.
      child.once('close', (code, signal) =>
        signal === 'SIGKILL' ? resolve() : reject(new Error(`process ${index} ended with ${code}:\n${own}`)),
      )
    })
  }
  const ended = (child: ChildProcess): Promise<number | null> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve(child.exitCode)
      : new Promise((resolve) => child.once('close', (code) => resolve(code)))
  const processes: Processes = {
    count: environments.length,
    get crashes() {
      return crashes
    },
    output: () => said,
    start,
    async crash(index) {
      const child = running[index]
      if (!child) return
      crashes += 1
      child.kill('SIGKILL')
      await ended(child)
      await start(index)
    },
    async stop(index) {
      const child = running[index]
      if (!child) return null
      child.kill('SIGTERM')
      const code = await ended(child)
      running[index] = null
      return code
    },
    async end() {
      await Promise.all(
        running.map(async (child) => {
          child?.kill('SIGKILL')
          if (child) await ended(child)
        }),
      )
    },
  }
  await Promise.all(environments.map((_, index) => start(index)))
  return processes
}
