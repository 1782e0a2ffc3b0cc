/** Rings the bells and answers them. Nothing here is the truth: without queues the sweep goes on in the process. */

import type { Clock } from '../ports/clock.ts'
import { systemClock } from '../ports/clock.ts'
import type { Job, JobDeps } from './job.ts'
import { jobs } from './jobs.ts'
import { sweep } from './sweep.ts'
import { timerDue } from './timer-due.ts'

/** What is needed of BullMQ; main hands in the one that the configuration asks for. */
export interface JobsBackend {
  queue(name: string): {
    add(job: string, data: object, delay?: number): Promise<void>
    repeat(job: string, data: object, ms: number): Promise<void>
  }
  worker(name: string, handler: (job: { name: string; data: unknown }) => Promise<void>): void
  close(): Promise<void>
}

interface JobsLogger {
  debug(fields: { job: string; duration: number; outcome: string }, event: string): void
  error(fields: { job: string; duration?: number; outcome: string; err?: unknown }, event: string): void
}

export interface Jobs {
  /** Asks for a look at the timers at that moment. Never rejects: a bell that is lost is made up for by the sweep. */
  ring(dueAt: Date): Promise<void>
  /** Waits for the jobs under way; closes the backend too. */
  close(): Promise<void>
}

export interface JobsOptions {
  backend: JobsBackend
  deps: JobDeps
  logger: JobsLogger
  clock?: Clock
  /** False: rings bells and leaves them to other processes, but sweeps at a pace of its own. */
  answers?: boolean
  /** Milliseconds between two sweeps. */
  every?: number
}

/** Milliseconds. Whoever answers no bells sweeps more rarely: it is there for the day when nobody does. */
const pace = { answering: 5_000, watching: 15_000 }

const queueName = 'bells'

/** What is far off rings by the minute: drafts that are looked after tomorrow need one bell together, and each cost PostgreSQL 0.5 ms. */
const far = { fromMs: 3_600_000, stepMs: 60_000, most: 10_000 }

export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const { backend, deps, logger, clock = systemClock, answers = true } = options
  const every = options.every ?? (answers ? pace.answering : pace.watching)
  const queue = backend.queue(queueName)
  // Not by the wall: a clock that is set back would hold up the sweeps for as long.
  let lastSweep = performance.now()
  let running: Promise<void> | null = null
  /** Ends of minutes that have their bell. */
  const hung = new Set<number>()

  /** @returns when the bell rings, or null when one rings then already */
  const settleOn = (dueAt: number, now: number): number | null => {
    if (dueAt - now < far.fromMs) return dueAt
    const minute = Math.ceil(dueAt / far.stepMs) * far.stepMs
    if (hung.has(minute)) return null
    if (hung.size >= far.most) hung.clear()
    hung.add(minute)
    return minute
  }

  const run = async (job: Job, data: unknown): Promise<void> => {
    const started = performance.now()
    const took = (): number => Math.round(performance.now() - started)
    try {
      await job.run(job.payload.parse(data), deps)
      logger.debug({ job: job.name, duration: took(), outcome: 'done' }, 'job')
    } catch (err) {
      logger.error({ job: job.name, duration: took(), outcome: 'failed', err }, 'job')
      throw err
    }
  }
  /** One sweep at a time in a process: the next one sees whatever this one leaves. */
  const sweepOnce = (): Promise<void> => {
    running ??= run(sweep, {}).finally(() => {
      running = null
      lastSweep = performance.now()
    })
    return running
  }

  if (answers) {
    backend.worker(queueName, async ({ name, data }) => {
      if (name === sweep.name) return await sweepOnce()
      const job = jobs.find((candidate) => candidate.name === name)
      if (job === undefined) logger.error({ job: 'unknown', outcome: 'dropped' }, 'job')
      else await run(job, data)
    })
  }
  const schedule = (): Promise<void> => queue.repeat(sweep.name, {}, every).catch(() => {})
  if (answers) await schedule()
  // The queues may be away, or have come back empty: then sweep here, and ask for the schedule again.
  const watch = setInterval(() => {
    if (answers && performance.now() - lastSweep < 2 * every) return
    void sweepOnce().catch(() => {})
    if (answers) void schedule()
  }, every)

  return {
    ring: async (dueAt) => {
      const now = clock.now().getTime()
      const at = settleOn(dueAt.getTime(), now)
      if (at === null) return
      // A bell that could not be hung is hung by whoever asks next.
      await queue.add(timerDue.name, { dueAt: new Date(at).toISOString() }, at - now).catch(() => hung.delete(at))
    },
    close: async () => {
      clearInterval(watch)
      await backend.close()
      await running?.catch(() => {})
    },
  }
}
