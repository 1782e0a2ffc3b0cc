/** F3, F4: PostgreSQL dies, restarts, and stays away for a while. */
import type { Outcome, Scenario } from '../scenario.ts'
import { walkCrowd } from '../support/crowd.ts'
import { createWorld, type World } from '../support/world.ts'

/** After PostgreSQL is back, ms. */
const mostRecoveryMs = 10_000

/** Somebody new writes at the moment the database is back. @returns until the answer, ms */
const recover = async (world: World, chat: number): Promise<number> => {
  const since = Date.now()
  const person = world.bot.person(chat)
  person.says('السلام عليكم')
  await person.waitFor(1, 60_000)
  return Date.now() - since
}

const breaking = (
  name: string,
  about: string,
  covers: string[],
  fault: (world: World) => Promise<void>,
  delivery: 'polling' | 'webhook',
): Scenario => ({
  name: `${name}, ${delivery}`,
  covers,
  about,
  async run(size): Promise<Outcome> {
    const world = await createWorld({ processes: 2, delivery })
    try {
      const rounds = size === 'full' ? 5 : 1
      const walking = walkCrowd({ bot: world.bot, from: 1001, people: 10 * rounds, together: 10, patience: 90_000, limit: 300_000 })
      const recoveries: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 700))
        await fault(world)
        recoveries.push(await recover(world, 9001 + round))
      }
      const stranded = (await walking).filter(({ reference }) => reference === null)
      await world.settle()
      const ledger = await world.ledger()
      const slowest = Math.max(...recoveries)
      return {
        // Those who wrote to see whether we are back asked for nothing.
        ledger: { ...ledger, requestsWrong: ledger.requestsWrong.filter((line) => !line.startsWith('900')) },
        crashes: world.processes.crashes,
        // A send under way when the database went had no one to tell.
        lostAnswers: ledger.uncertain + rounds * 10,
        notes: { 'slowest recovery, ms': slowest },
        broken: [
          ...(stranded.length > 0 ? [`${stranded.length} people without a reference`] : []),
          ...(slowest > mostRecoveryMs ? [`answers again only after ${slowest} ms`] : []),
        ],
      }
    } finally {
      await world.close()
    }
  },
})

export const databaseScenarios: readonly Scenario[] = (['polling', 'webhook'] as const).flatMap((delivery) => [
  breaking('PostgreSQL dies', 'An immediate shutdown, and recovery from the log.', ['F3'], (world) => world.crashDatabase(), delivery),
  breaking('PostgreSQL restarts', 'An ordinary restart.', ['F3'], (world) => world.restartDatabase(), delivery),
  breaking('PostgreSQL is away', 'Half a minute without a database.', ['F4'], (world) => world.restartDatabase(30_000), delivery),
])
