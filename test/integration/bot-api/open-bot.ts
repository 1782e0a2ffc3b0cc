/** A server with one bot, its telegraf client, and the bare wire beside it. Closed after each test. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApiResponse, Update } from '@grammyjs/types'
import { Telegram, TelegramError } from 'telegraf'
import { onTestFinished } from 'vitest'
import { type BotApi, type BotApiOptions, type BotSide, startBotApi } from '../../support/bot-api/server.ts'

export const token = '4242:AAtest_token-of-the-right-shape'

interface OpenBot {
  api: BotApi
  bot: BotSide
  telegram: Telegram
  /** One call by plain fetch. */
  call(method: string, payload?: object): Promise<{ status: number; headers: Headers; body: ApiResponse<unknown> }>
  /** getUpdates without waiting, from `offset`. */
  poll(offset?: number, limit?: number): Promise<Update[]>
}

export const openBot = async (options: BotApiOptions = {}): Promise<OpenBot> => {
  const api = await startBotApi({ pollHoldMs: 0, pollSingleMs: 0, conflictHoldMs: 0, setWebhookPauseMs: 0, webhookRetryMs: 10, ...options })
  onTestFinished(() => api.close())
  const bot = api.bot(token, { username: 'sila_test_bot' })
  const call: OpenBot['call'] = async (method, payload = {}) => {
    const response = await fetch(`${api.url}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    })
    // What the server gives is what its types say: other tests hold it to that.
    return { status: response.status, headers: response.headers, body: (await response.json()) as ApiResponse<unknown> }
  }
  return {
    api,
    bot,
    telegram: new Telegram(token, { apiRoot: api.url }),
    call,
    poll: async (offset = 0, limit = 100) => {
      const { body } = await call('getUpdates', { offset, limit })
      if (!body.ok) throw new Error(body.description)
      // As above.
      return body.result as Update[]
    },
  }
}

/** @returns what telegraf throws; fails when it does not */
export const refusal = async (act: Promise<unknown>): Promise<TelegramError> => {
  const outcome = await act.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  )
  if (outcome instanceof TelegramError) return outcome
  throw new Error(String(outcome))
}

export interface Delivery {
  update: Update
  headers: IncomingHttpHeaders
  at: number
}

interface Hook {
  url: string
  deliveries: Delivery[]
  /** Waits for so many deliveries. */
  until(count: number): Promise<Delivery[]>
}

/** A webhook; `answer` decides what each delivery gets, 200 when left out. */
export const openHook = async (answer?: (delivery: Delivery, response: ServerResponse) => void): Promise<Hook> => {
  const deliveries: Delivery[] = []
  const watchers = new Set<() => void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      // As above: what the server pushes is an update.
      const update = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Update
      const delivery = { update, headers: request.headers, at: performance.now() }
      deliveries.push(delivery)
      if (answer) answer(delivery, response)
      else response.end()
      for (const watcher of watchers) watcher()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // Listening on an address and port, its address is an object.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    deliveries,
    until: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${deliveries.length} deliveries, not ${count}`)), 5_000)
        const look = (): void => {
          if (deliveries.length < count) return
          clearTimeout(timer)
          watchers.delete(look)
          resolve(deliveries)
        }
        watchers.add(look)
        look()
      }),
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
