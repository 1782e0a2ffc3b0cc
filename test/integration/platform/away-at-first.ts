/**
 * A process of its own, because the defect it stands against let nothing else in its process run: makes its queues,
 * and opens them when told to on standard input. Prints `made`, then the name of each job that ran.
 */
import { once } from 'node:events'
import { createBackend } from '../../../src/platform/bullmq.ts'
import { createLogger } from '../../../src/platform/logger.ts'

const logger = createLogger({ level: 'trace', destination: { write: (line) => void process.stderr.write(line) } })
const backend = await createBackend({ databaseUrl: process.argv[2] ?? '', logger })
const end = once(process.stdin, 'end')
console.log('made')
await once(process.stdin, 'data')
backend.worker('first', async ({ name }) => console.log(name))
const queue = backend.queue('first')
for (let n = 1; ; n += 1) {
  try {
    await queue.add(`job-${n}`, {})
    break
  } catch {
    console.log('not yet')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
await end
await backend.close()
console.log('closed')
