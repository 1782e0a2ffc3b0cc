/** End to end over HTTP: from a person's line at the Bot API server to the answer in the chat, beside telegraf. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startCluster } from '../../src/platform/embedded-postgres.ts'
import { type Figures, type Load, measure, medians } from './measure.ts'
import { delayMs, printGoals, printRows, type Row, slow } from './report.ts'
import { type Running, type System, systems } from './systems.ts'

interface Started {
  system: System
  running: Running
  runs: Map<number, Figures[]>
}

const loads = {
  full: {
    repeats: 5,
    warm: 250,
    fast: [
      { chats: 60, concurrency: 1 },
      { chats: 480, concurrency: 32 },
    ],
    slow: { chats: 320 },
  },
  quick: {
    repeats: 3,
    warm: 100,
    fast: [
      { chats: 20, concurrency: 1 },
      { chats: 128, concurrency: 32 },
    ],
    slow: { chats: 128 },
  },
} as const

export const benchTelegram = async ({ quick }: { quick: boolean }): Promise<void> => {
  const size = loads[quick ? 'quick' : 'full']
  const dir = await mkdtemp(join(tmpdir(), 'sila-bench-'))
  const cluster = await startCluster(dir, { connections: 200 })
  const started: Started[] = []
  // Interleaved: each repeat plays every load to every bot, so that noise meets all alike.
  const play = async (wanted: readonly Load[]): Promise<Row[]> => {
    for (const one of started) one.runs.clear()
    for (let repeat = 0; repeat < size.repeats; repeat += 1) {
      for (const load of wanted) {
        for (const { system, running, runs } of started) {
          const run = await measure(system, running, cluster.pid, load)
          runs.set(load.concurrency, [...(runs.get(load.concurrency) ?? []), run])
        }
      }
    }
    return wanted.flatMap(({ concurrency }) =>
      started.map(({ system, runs }) => ({ system, concurrency, figures: medians(runs.get(concurrency) ?? []) })),
    )
  }
  try {
    for (const [index, system] of systems.entries()) {
      const running = await system.start(await createDatabase(cluster.url, `bench_${index}`))
      started.push({ system, running, runs: new Map() })
      // Once, unmeasured: plans, caches, connections and the compiler.
      await measure(system, running, cluster.pid, { chats: size.warm, concurrency: 32 })
    }
    const fast = await play(size.fast)
    for (const { running } of started) {
      const delay = { kind: 'delay', ms: delayMs } as const
      await running.api.control('faults', { token: running.token, add: [{ method: 'sendMessage', fault: delay }] })
    }
    const late = await play([{ ...size.slow, concurrency: slow.concurrency }])
    printRows(`12 lines of somebody new, medians of ${size.repeats} interleaved repeats; fsync and synchronous_commit on.`, fast)
    printRows(`The same with ${delayMs} ms before each sendMessage, ${slow.concurrency} chats (ideal ${slow.ideal} turns/s).`, late)
    printGoals(fast, late)
  } finally {
    for (const { running } of started) await running.close()
    await cluster.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

const createDatabase = async (clusterUrl: string, name: string): Promise<string> => {
  const client = new pg.Client({ connectionString: clusterUrl })
  await client.connect()
  try {
    await client.query(`create database ${name}`)
  } finally {
    await client.end()
  }
  const url = new URL(clusterUrl)
  url.pathname = `/${name}`
  return url.href
}
