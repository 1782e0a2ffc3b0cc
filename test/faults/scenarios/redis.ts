/** F5: Redis forgets everything, dies, refuses to be written to, and is full. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RunningRedis } from '../../support/redis.ts'
import { inWorld, type Scenario } from '../scenario.ts'
import { quantile, startCrowd, strandedOf } from '../support/crowd.ts'

interface Trouble {
  about: string
  /** Breaks it, and mends it again before it resolves. */
  make(redis: RunningRedis): Promise<void>
}

const awayMs = 4_000

const tell = async (url: string, ...commands: string[][]): Promise<void> => {
  const client = new Redis(url, { lazyConnect: true })
  try {
    for (const [command = '', ...words] of commands) await client.call(command, ...words)
  } finally {
    client.disconnect()
  }
}

const troubles: readonly Trouble[] = [
  { about: 'flushed', make: ({ url }) => tell(url, ['flushall']) },
  {
    about: 'away',
    make: async (redis) => {
      await redis.kill()
      await sleep(awayMs)
      await redis.restart()
    },
  },
  {
    about: 'read-only',
    // A replica of a server that is not there.
    make: async ({ url }) => {
      await tell(url, ['replicaof', '127.0.0.1', '1'])
      await sleep(awayMs)
      await tell(url, ['replicaof', 'no', 'one'])
    },
  },
  {
    about: 'full',
    make: async ({ url }) => {
      await tell(url, ['config', 'set', 'maxmemory', '1'])
      await sleep(awayMs)
      await tell(url, ['config', 'set', 'maxmemory', '0'])
    },
  },
]

/** An answer that nobody's bell announced is found by a sweep: no later than that, ms. */
const sweepPeriodMs = 15_000

export const redisScenario: Scenario = {
  name: 'Redis is flushed, away, read-only and full',
  covers: ['F5'],
  about: 'A gateway and a worker that meet in Redis: people are answered all the while.',
  run: (size) =>
    inWorld({ processes: ['gateway', 'worker'], redis: true }, async ({ bot, redis }) => {
      if (!redis) throw new Error('a world without the Redis it was to have')
      const crowd = startCrowd({ bot, from: 1001, together: 6, patience: 60_000, limit: 300_000 })
      for (let round = 0; round < (size === 'full' ? 3 : 1); round += 1) {
        for (const { make } of troubles) {
          await sleep(500)
          await make(redis)
        }
      }
      crowd.stop()
      const walks = await crowd.finished
      const waits = walks.flatMap((walk) => walk.waits)
      const slowest = Math.round(Math.max(...waits))
      return {
        notes: { people: walks.length, 'answer p95, ms': Math.round(quantile(waits, 0.95)), 'slowest answer, ms': slowest },
        broken: [...strandedOf(walks), ...(slowest > sweepPeriodMs ? [`an answer came only after ${slowest} ms`] : [])],
      }
    }),
}
