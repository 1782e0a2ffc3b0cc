/** The real program in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../src/main/sila.js', import.meta.url))

export interface Program {
  child: ChildProcess
  /** Standard output and standard error so far. */
  output(): string
  /** Resolves with the exit code. */
  ended: Promise<number | null>
  /** Resolves when the pattern appears in the output; rejects when the program ends first. */
  until(pattern: RegExp, ms?: number): Promise<RegExpExecArray>
}

const running = new Set<ChildProcess>()

/** Ends whatever a failed test left behind. */
export const endPrograms = (): void => {
  for (const child of running) child.kill('SIGTERM')
}

export const runProgram = (
  args: string[],
  env: Record<string, string>,
  options: { uid?: number; gid?: number; input?: string; cwd?: string } = {},
): Program => {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/tmp', ...env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.gid }),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  })
  if (options.input !== undefined) child.stdin?.end(options.input)
  running.add(child)
  child.once('close', () => running.delete(child))
  let text = ''
  const listeners = new Set<() => void>()
  const add = (chunk: Buffer) => {
    text += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return {
    child,
    output: () => text,
    ended,
    until: (pattern, ms = 30_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text)
          if (!found) return
          stop()
          resolve(found)
        }
        const stop = () => {
          clearTimeout(timer)
          listeners.delete(look)
        }
        const timer = setTimeout(() => {
          stop()
          reject(new Error(`no ${pattern} within ${ms} ms in:\n${text}`))
        }, ms)
        listeners.add(look)
        void ended.then((code) => {
          look()
          stop()
          reject(new Error(`ended with ${code} before ${pattern}:\n${text}`))
        })
        look()
      }),
  }
}
