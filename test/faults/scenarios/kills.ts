/** F1, F6, F7: processes die at every point of a turn and of a send, and at any moment. */
import { inWorld, type Scenario, type Size } from '../scenario.ts'
import { startCrowd, strandedOf } from '../support/crowd.ts'
import { killPoints } from '../support/kill-points.ts'

/** Crashes at each point. */
const perPoint = { fast: 1, full: 3 } as const satisfies Record<Size, number>
/** For the whole, ms. */
const limits = { fast: 150_000, full: 900_000 } as const satisfies Record<Size, number>
/** People do not come to a point within this time, ms: nobody ever will. */
const reachLimit = 60_000

export const killsAtPoints = (delivery: 'polling' | 'webhook'): Scenario => ({
  name: `kill at every point, ${delivery}`,
  covers: ['F1'],
  about: 'SIGKILL before and after each statement of a turn and of a send, and around the call of the channel.',
  run: (size) =>
    inWorld({ delivery }, async (world) => {
      const broken: string[] = []
      const times: number[] = []
      // People keep coming: each point finds somebody on the way, and somebody new.
      const crowd = startCrowd({ bot: world.bot, from: 1001, together: 4, patience: 20_000, limit: limits[size] })
      for (const point of killPoints) {
        for (let time = 0; time < perPoint[size]; time += 1) {
          const { reached, clear } = point.reach(world)
          const began = performance.now()
          const came = await Promise.race([
            reached.then(() => true),
            new Promise<false>((resolve) => setTimeout(resolve, reachLimit, false).unref()),
          ])
          if (came) await world.processes.crash(0)
          else broken.push(`never reached: ${point.about}`)
          clear()
          times.push(performance.now() - began)
        }
      }
      crowd.stop()
      const walks = await crowd.finished
      return {
        notes: { people: walks.length, points: killPoints.length, 'slowest point, ms': Math.round(Math.max(...times)) },
        broken: [...broken, ...strandedOf(walks)],
      }
    }),
})

const kills = { fast: 8, full: 200 } as const satisfies Record<Size, number>

export const killsAtRandom: Scenario = {
  name: 'kill at any moment',
  covers: ['F1', 'F6', 'F7'],
  about: 'Two processes on one database, one or both of them killed every second or so; updates come twice and out of order.',
  run: (size) =>
    inWorld({ processes: ['all', 'all'] }, async (world) => {
      world.bot.faults.duplicate(0.1)
      world.bot.faults.reorder(0.05)
      const began = performance.now()
      const crowd = startCrowd({ bot: world.bot, from: 1001, together: 8, patience: 90_000, limit: 1_800_000 })
      while (world.processes.crashes < kills[size]) {
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 1_000))
        const one = world.processes.crashes % world.processes.count
        // Now and then both at once, as when the machine goes.
        const victims = Math.random() < 0.1 ? [0, 1] : [one]
        await Promise.all(victims.map((index) => world.processes.crash(index)))
        if (process.env.FAULTS_OUTPUT) console.error(`${world.processes.crashes} kills, ${crowd.walks.length} people`)
      }
      const minutes = (performance.now() - began) / 60_000
      crowd.stop()
      const walks = await crowd.finished
      const silences = walks.reduce((sum, walk) => sum + walk.silences, 0)
      return {
        notes: { people: walks.length, silences, 'kills a minute': Math.round(world.processes.crashes / minutes) },
        broken: strandedOf(walks),
      }
    }),
}
