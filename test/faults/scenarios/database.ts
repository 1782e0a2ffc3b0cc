/** F3, F4: PostgreSQL dies, restarts, and stays away for a while. */
import { inWorld, type Scenario } from '../scenario.ts'
import { startCrowd, strandedOf } from '../support/crowd.ts'
import type { World } from '../support/world.ts'

/** After PostgreSQL is back, ms. */
const mostRecoveryMs = 10_000
/** Those who write to see whether we are back ask for nothing. */
const firstAsker = 9_001

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
  run: (size) =>
    inWorld({ processes: ['all', 'all'], delivery }, async (world) => {
      const rounds = size === 'full' ? 5 : 1
      const crowd = startCrowd({ bot: world.bot, from: 1001, together: 8, patience: 90_000, limit: 600_000 })
      const recoveries: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        await fault(world)
        recoveries.push(await recover(world, firstAsker + round))
      }
      crowd.stop()
      const walks = await crowd.finished
      const slowest = Math.max(...recoveries)
      return {
        applied: (chat) => chat < firstAsker,
        notes: { people: walks.length, 'slowest recovery, ms': slowest },
        broken: [...strandedOf(walks), ...(slowest > mostRecoveryMs ? [`answers again only after ${slowest} ms`] : [])],
      }
    }),
})

export const databaseScenarios: readonly Scenario[] = (['polling', 'webhook'] as const).flatMap((delivery) => [
  breaking('PostgreSQL dies', 'An immediate shutdown, and recovery from the log.', ['F3'], (world) => world.crashDatabase(), delivery),
  breaking('PostgreSQL restarts', 'An ordinary restart.', ['F3'], (world) => world.restartDatabase(), delivery),
  breaking('PostgreSQL is away', 'Half a minute without a database.', ['F4'], (world) => world.restartDatabase(30_000), delivery),
])
