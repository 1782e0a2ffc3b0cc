/** A real Redis on a free port, gone with the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { findFreePort } from '../../src/platform/free-port.ts'
import { findProgram } from './find-program.ts'

export interface RunningRedis {
  url: string
  /** Ends it as a crash would (kill -9). */
  kill(): Promise<void>
  /** Starts it again on the same port, with what it had saved: nothing. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startRedis(): Promise<RunningRedis> {
  const program = findProgram(['redis-server'], 'redis-server', 'REDIS_SERVER_PATH')
  const dir = await mkdtemp(join(tmpdir(), 'sila-redis-'))
  const port = await findFreePort()
  const url = `redis://127.0.0.1:${port}`
  let child = await launch(program, dir, port, url)
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  return {
    url,
    kill: end,
    restart: async () => {
      await end()
      child = await launch(program, dir, port, url)
    },
    stop: async () => {
      await end()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function launch(program: string, dir: string, port: number, url: string): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no']
  const child = spawn(program, [...args, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' })
  process.once('exit', () => child.kill('SIGKILL'))
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 100, retryStrategy: () => 20 })
  client.on('error', () => {})
  await client.ping()
  client.disconnect()
  return child
}
