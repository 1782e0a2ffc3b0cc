/** Tells Telegram where to deliver. The deliveries themselves come to `src/http/webhooks`. */
import type { Connection, ConnectionHealth } from '../../ports/channel.ts'
import type { BotApi } from './api.ts'
import { createHealthBoard } from './health.ts'
import { pause } from './pause.ts'
import { allowedUpdates } from './update.ts'

export interface WebhookOptions {
  api: BotApi
  /** Address of this account's deliveries. */
  url: string
  /** What Telegram sends with each, so that nobody else can. Letters, digits, `_` and `-`. */
  secret: string
  tell(health: ConnectionHealth): void
}

/** Deliveries under way at once, 1 to 100: as many as Telegram's own default, whatever was set before. */
const maxConnections = 40

/** Stopping leaves the webhook as it is: Telegram keeps what comes for a day and delivers it to the next start. */
export const createWebhook = ({ api, url, secret, tell }: WebhookOptions): Connection => {
  const board = createHealthBoard(tell)
  let stopping = new AbortController()
  let setting: Promise<void> = Promise.resolve()

  const set = async (): Promise<void> => {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      try {
        await api.call(
          'setWebhook',
          { url, secret_token: secret, allowed_updates: allowedUpdates, max_connections: maxConnections, drop_pending_updates: false },
          { signal: stopping.signal },
        )
        return board.set('connected')
      } catch (error) {
        if (stopping.signal.aborted) return
        await pause(board.fail(error, failures), stopping.signal)
      }
    }
  }

  return {
    async start() {
      stopping = new AbortController()
      board.set('connecting')
      setting = set()
    },
    async stop() {
      stopping.abort()
      await setting
      board.set('stopped')
    },
    health: () => board.now(),
  }
}
