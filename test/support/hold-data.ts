/**
 * A program of its own that has a data folder, as `sila start` does: `hold-data.ts start|command FOLDER`.
 * Prints one line of JSON when the database is up, or one line on stderr and ends with 1. SIGINT drains:
 * it still asks the database something, then stops it.
 */
import pg from 'pg'
import { joinOrStart, startData } from '../../src/platform/open-data.ts'

const [kind, dataDir = ''] = process.argv.slice(2)
const options = { durable: process.env.DURABLE === '1' }

try {
  const data = kind === 'start' ? await startData({ dataDir }, options) : await joinOrStart({ dataDir }, options)
  const client = new pg.Client({ connectionString: data.url })
  await client.connect()
  client.on('error', () => {})
  console.log(JSON.stringify({ url: data.url, how: data.how, pid: process.pid }))
  const idle = setInterval(() => {}, 1_000)
  process.once('SIGINT', async () => {
    clearInterval(idle)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { rows } = await client.query<{ said: string }>(`select 'drained' as said`)
    await client.end()
    await data.stop()
    console.log(JSON.stringify(rows[0]))
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
