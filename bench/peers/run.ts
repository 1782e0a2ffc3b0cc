/** A peer in a process of its own: `run.js '{"kind":"echo",…}'`. Prints one line once it listens. */
import { createServer } from 'node:http'
import { createPeer, type PeerKind } from './bots.ts'

export interface PeerOptions {
  kind: PeerKind
  token: string
  apiRoot: string
  databaseUrl: string
  /** Of its webhook; polling without one. */
  port: number | null
}

// An argument of whoever starts it (start-peer.ts).
const options = JSON.parse(process.argv[2] ?? '{}') as PeerOptions
const { port } = options
const bot = await createPeer(options.kind, options)
if (port === null) {
  // Ends with the bot, or rejects when the loop has died: then this process does, and whoever started it sees it.
  void bot.launch({}, () => console.log('listening'))
} else {
  const path = '/telegraf'
  const secret = 'peer-of-the-benchmark'
  createServer(bot.webhookCallback(path, { secretToken: secret })).listen(port, '127.0.0.1', async () => {
    await bot.telegram.setWebhook(`http://127.0.0.1:${port}${path}`, { secret_token: secret })
    console.log('listening')
  })
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
