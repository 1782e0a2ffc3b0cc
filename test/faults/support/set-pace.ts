/** Gives the bot of a world another pace than the quick one of these tests. */
import type { Pace } from '../../../src/ports/channel.ts'
import type { World } from './world.ts'

/** The row is read at the start: every process is started again. @param pace null: nobody counts */
export const setPace = async ({ query, processes }: World, pace: Pace | null): Promise<void> => {
  const changed = await query(
    `update channel_account set settings = settings || jsonb_build_object('pace', $1::jsonb) where kind = 'telegram' returning id`,
    [JSON.stringify(pace)],
  )
  if (changed.length !== 1) throw new Error('the bot has no account')
  for (let index = 0; index < processes.count; index += 1) {
    await processes.stop(index)
    await processes.start(index)
  }
}
