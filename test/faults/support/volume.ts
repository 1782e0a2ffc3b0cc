/** Many conversations at once over a channel that repeats and reorders: what `npm run bench -- volume` and a test have in common. */
import { type Walk, walkCrowd } from './crowd.ts'
import { setPace } from './set-pace.ts'
import { createWorld, type World } from './world.ts'

interface VolumeOptions {
  /** All at once. */
  people: number
  /** Milliseconds after which the whole is given up. */
  limit: number
}

interface Volume {
  walks: Walk[]
  ledger: Awaited<ReturnType<World['ledger']>>
  /** Updates that were delivered more than once. */
  repeated: number
  seconds: number
}

/** A tenth of the updates comes twice, a twentieth after the one behind it. */
export const disorder = { duplicated: 0.1, reordered: 0.05 } as const

export const playVolume = async ({ people, limit }: VolumeOptions): Promise<Volume> => {
  const world = await createWorld()
  try {
    // Telegram lets a bot send thirty messages a second: this is not about its pace.
    await setPace(world, null)
    world.bot.faults.duplicate(disorder.duplicated)
    world.bot.faults.reorder(disorder.reordered)
    const began = performance.now()
    const walks = await walkCrowd({ bot: world.bot, from: 1001, people, together: people, patience: 30_000, limit })
    const seconds = (performance.now() - began) / 1000
    await world.settle()
    const repeated = world.bot.updates().filter(({ deliveries }) => deliveries > 1).length
    return { walks, ledger: await world.ledger(), repeated, seconds }
  } finally {
    await world.close()
  }
}
