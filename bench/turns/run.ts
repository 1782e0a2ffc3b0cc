/** Turns per second on the production path, beside the floor and telegraf, in one run. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startCluster } from '../../src/platform/embedded-postgres.ts'
import { addIdle } from './idle.ts'
import { createDialogue, type Dialogue, type Measured, measure, medians } from './measure.ts'
import { printGrowth, printTable } from './report.ts'
import type { System } from './system.ts'
import { createFloor } from './systems/floor.ts'
import { createSila } from './systems/sila.ts'
import { createSilaStore } from './systems/sila-store.ts'
import { createTelegraf } from './systems/telegraf.ts'

const concurrencies = [1, 8, 32]

export const benchTurns = async ({ quick }: { quick: boolean }): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), 'sila-bench-'))
  const cluster = await startCluster(dir, { connections: 200 })
  const database = async (name: string): Promise<string> => {
    const client = new pg.Client({ connectionString: cluster.url })
    await client.connect()
    await client.query(`create database ${name}`)
    await client.end()
    const url = new URL(cluster.url)
    url.pathname = `/${name}`
    return url.href
  }
  const open: System[] = []
  try {
    await compare(open, database, cluster.pid, quick)
    await grow(open, database, cluster.pid, quick)
  } finally {
    for (const system of open) await system.close()
    await cluster.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

type MakeDatabase = (name: string) => Promise<string>

/** Interleaved: each repeat runs every system at every concurrency, so that noise meets all alike. */
const compare = async (open: System[], database: MakeDatabase, postmaster: number, quick: boolean): Promise<void> => {
  const conversations = quick ? 500 : 3000
  const systems: System[] = [createFloor(), createTelegraf(), createSilaStore(), createSila()]
  const running: { system: System; dialogue: Dialogue; runs: Map<number, Measured[]> }[] = []
  for (const [index, system] of systems.entries()) {
    const url = await database(`compare_${index}`)
    open.push(system)
    await system.setup(url, conversations)
    running.push({ system, dialogue: createDialogue(conversations), runs: new Map<number, Measured[]>() })
  }
  const repeats = quick ? 3 : 7
  const ms = quick ? 700 : 2500
  // Once for each, unmeasured: plans, caches and the compiler.
  for (const { system, dialogue } of running) await measure(system, dialogue, { concurrency: 32, ms: ms / 2, postmaster })
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const concurrency of concurrencies) {
      for (const { system, dialogue, runs } of running) {
        const run = await measure(system, dialogue, { concurrency, ms, postmaster })
        runs.set(concurrency, [...(runs.get(concurrency) ?? []), run])
      }
    }
  }
  const rows = concurrencies.flatMap((concurrency) =>
    running.map(({ system, runs }) => ({ system: system.name, concurrency, figures: medians(runs.get(concurrency) ?? []) })),
  )
  printTable(rows, { conversations, repeats, ms })
}

const grow = async (open: System[], database: MakeDatabase, postmaster: number, quick: boolean): Promise<void> => {
  const sizes = quick ? [1_000, 20_000] : [1_000, 100_000, 1_000_000]
  const active = 1000
  const system = createSila()
  const url = await database('grow')
  open.push(system)
  await system.setup(url, active)
  const dialogue = createDialogue(active)
  const rows = []
  let idle = active
  for (const size of sizes) {
    await addIdle(url, idle, size)
    idle = size
    const ms = quick ? 700 : 3000
    await measure(system, dialogue, { concurrency: 32, ms, postmaster })
    const runs = []
    for (let repeat = 0; repeat < (quick ? 3 : 7); repeat += 1)
      runs.push(await measure(system, dialogue, { concurrency: 32, ms, postmaster }))
    rows.push({ size, figures: medians(runs) })
  }
  printGrowth(rows)
}
