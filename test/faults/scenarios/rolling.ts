/** F21: a deployment: one process after the other is asked to end, and comes back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inWorld, type Scenario } from '../scenario.ts'
import { startCrowd, strandedOf } from '../support/crowd.ts'

export const rolling = (delivery: 'polling' | 'webhook'): Scenario => ({
  name: `rolling restart, ${delivery}`,
  covers: ['F21'],
  about:
    'SIGTERM to one of two processes after the other while people are answered: each ends with 0, nothing is lost, nothing is seen twice.',
  run: (size) =>
    inWorld({ processes: ['all', 'all'], delivery }, async ({ bot, processes }) => {
      const crowd = startCrowd({ bot, from: 1001, together: 8, patience: 90_000, limit: 300_000 })
      const codes: (number | null)[] = []
      const times: number[] = []
      for (let round = 0; round < (size === 'full' ? 5 : 1); round += 1) {
        for (let index = 0; index < processes.count; index += 1) {
          await sleep(1_000)
          const began = performance.now()
          codes.push(await processes.stop(index))
          times.push(performance.now() - began)
          await processes.start(index)
        }
      }
      crowd.stop()
      const walks = await crowd.finished
      return {
        notes: { people: walks.length, restarts: codes.length, 'slowest end, ms': Math.round(Math.max(...times)) },
        broken: [...strandedOf(walks), ...(codes.every((code) => code === 0) ? [] : [`exit codes ${codes.join(', ')}`])],
      }
    }),
})
