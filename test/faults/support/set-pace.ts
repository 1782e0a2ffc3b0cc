/** Gives the bot of a world another pace than Telegram's. */
import pg from 'pg'
import type { Pace } from '../../../src/ports/channel.ts'
import type { World } from './world.ts'

/** The row is read at the start: every process is started again. @param pace null: nobody counts */
export const setPace = async ({ databaseUrl, processes }: World, pace: Pace | null): Promise<void> => {
  const client = new pg.Client({ connectionString: databaseUrl() })
  await client.connect()
  try {
    const { rowCount } = await client.query(
      `update channel_account set settings = settings || jsonb_build_object('pace', $1::jsonb) where kind = 'telegram'`,
      [JSON.stringify(pace)],
    )
    if (rowCount !== 1) throw new Error('the bot has no account')
  } finally {
    await client.end()
  }
  for (let index = 0; index < processes.count; index += 1) {
    await processes.stop(index)
    await processes.start(index)
  }
}
