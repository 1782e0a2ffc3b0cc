/**
 * The server in a process of its own: `node --import tsx test/support/bot-api/run.ts '{"port":8081}'`. Prints one
 * JSON line with its URL. Ends with its standard input, so that it never outlives who started it.
 */
import { createControl } from './control.ts'
import { type BotApiOptions, startBotApi } from './server.ts'

// An argument of whoever starts it: our own tests, the benchmark, a developer.
const options = JSON.parse(process.argv[2] ?? '{}') as Omit<BotApiOptions, 'control' | 'now'>
const api = await startBotApi({ ...options, control: createControl() })

const end = (): void => {
  void api.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
process.stdin.resume().once('end', end)
console.log(JSON.stringify({ url: api.url, pid: process.pid }))
