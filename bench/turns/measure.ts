/** Runs turns of interleaved conversations and says how fast they were. */
import { postgresCpu } from './cpu.ts'
import { type System, steps } from './system.ts'

export interface Measured {
  turnsPerSecond: number
  /** Milliseconds. */
  p50: number
  p95: number
  p99: number
  /** Microseconds of CPU per turn. */
  node: number
  postgres: number | null
}

export interface Dialogue {
  /** Next turn of the next conversation, in rotation: none has two turns under way. */
  next(): { conversation: number; step: number }
}

export const createDialogue = (conversations: number): Dialogue => {
  let conversation = -1
  let round = 0
  return {
    next() {
      for (;;) {
        conversation += 1
        if (conversation === conversations) {
          conversation = 0
          round += 1
        }
        // One twelfth begins in each round, so that any moment sees every step.
        const step = round - (conversation % steps)
        if (step >= 0) return { conversation, step: step % steps }
      }
    },
  }
}

export const quantile = (sorted: number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN

export const median = (values: number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )

/** @param postmaster process id, for the CPU of PostgreSQL */
export const measure = async (
  system: System,
  dialogue: Dialogue,
  { concurrency, ms, postmaster }: { concurrency: number; ms: number; postmaster: number },
): Promise<Measured> => {
  const latencies: number[] = []
  const cpu = process.cpuUsage()
  const database = postgresCpu(postmaster)
  const started = performance.now()
  const worker = async (): Promise<void> => {
    while (performance.now() - started < ms) {
      const { conversation, step } = dialogue.next()
      const from = performance.now()
      await system.turn(conversation, step)
      latencies.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const seconds = (performance.now() - started) / 1000
  const { user, system: kernel } = process.cpuUsage(cpu)
  const databaseAfter = postgresCpu(postmaster)
  const turns = latencies.length
  latencies.sort((a, b) => a - b)
  return {
    turnsPerSecond: turns / seconds,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    node: (user + kernel) / turns,
    postgres: database === null || databaseAfter === null ? null : (databaseAfter - database) / turns,
  }
}

/** Median of each figure over the repeats. */
export const medians = (repeats: Measured[]): Measured => ({
  turnsPerSecond: median(repeats.map((run) => run.turnsPerSecond)),
  p50: median(repeats.map((run) => run.p50)),
  p95: median(repeats.map((run) => run.p95)),
  p99: median(repeats.map((run) => run.p99)),
  node: median(repeats.map((run) => run.node)),
  postgres: repeats.some((run) => run.postgres === null) ? null : median(repeats.map((run) => run.postgres ?? 0)),
})
