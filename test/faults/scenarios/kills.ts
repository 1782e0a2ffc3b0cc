/** F1, F2: processes die at every point of a turn and of a send, and at any moment. */
import type { Outcome, Scenario, Size } from '../scenario.ts'
import { walkCrowd } from '../support/crowd.ts'
import { killPoints } from '../support/kill-points.ts'
import { createWorld } from '../support/world.ts'

/** Crashes at each point. */
const perPoint = { fast: 1, full: 3 } as const satisfies Record<Size, number>

export const killsAtPoints = (delivery: 'polling' | 'webhook'): Scenario => ({
  name: `kill at every point, ${delivery}`,
  covers: delivery === 'webhook' ? ['F1', 'F2'] : ['F1'],
  about: 'SIGKILL before and after each statement of a turn and of a send, and around the call of the channel.',
  async run(size): Promise<Outcome> {
    const world = await createWorld({ delivery })
    try {
      const notes: Outcome['notes'] = {}
      const broken: string[] = []
      const lostAnswers = 0
      let from = 1001
      for (const point of killPoints) {
        for (let time = 0; time < perPoint[size]; time += 1) {
          const { reached, clear } = point.reach(world)
          const walking = walkCrowd({ bot: world.bot, from, people: 4, together: 4, patience: 60_000, limit: 120_000 })
          from += 4
          const came = await Promise.race([reached.then(() => true), walking.then(() => false)])
          if (came) await world.processes.crash(0)
          else broken.push(`never reached: ${point.about}`)
          clear()
          const walks = await walking
          const stranded = walks.filter(({ reference }) => reference === null)
          if (stranded.length > 0) broken.push(`${point.about}: ${stranded.length} without a reference`)
        }
      }
      await world.settle()
      notes.silences = 0
      return { ledger: await world.ledger(), crashes: world.processes.crashes, lostAnswers, notes, broken }
    } finally {
      await world.close()
    }
  },
})

/** Kills of a run, and people in it. */
const random = { fast: { kills: 8, people: 24 }, full: { kills: 200, people: 600 } } as const satisfies Record<Size, object>

export const killsAtRandom: Scenario = {
  name: 'kill at any moment',
  covers: ['F1', 'F6', 'F7'],
  about: 'Two processes on one database, one of them killed every second or so; updates come twice and out of order.',
  async run(size): Promise<Outcome> {
    const world = await createWorld({ processes: 2 })
    const { kills, people } = random[size]
    try {
      world.bot.faults.duplicate(0.1)
      world.bot.faults.reorder(0.05)
      let over = false
      const walking = walkCrowd({
        bot: world.bot,
        from: 1001,
        people,
        together: 12,
        patience: 90_000,
        limit: size === 'full' ? 1_800_000 : 180_000,
      }).finally(() => {
        over = true
      })
      const rounds = (async () => {
        for (let kill = 0; kill < kills && !over; kill += 1) {
          await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 1300))
          await world.processes.crash(kill % world.processes.count)
        }
      })()
      const walks = await walking
      await rounds
      await world.settle()
      const stranded = walks.filter(({ reference }) => reference === null)
      const silences = walks.reduce((sum, walk) => sum + walk.silences, 0)
      return {
        ledger: await world.ledger(),
        crashes: world.processes.crashes,
        lostAnswers: 0,
        notes: { people, silences },
        broken: [
          ...(stranded.length > 0 ? [`${stranded.length} people without a reference`] : []),
          ...(world.processes.crashes < kills ? [`only ${world.processes.crashes} of ${kills} kills: the people were done before`] : []),
        ],
      }
    } finally {
      await world.close()
    }
  },
}
