/** Telegraf as a typed client, and nothing else of it: our own time-outs, and no error that knows the token. */
import { Agent } from 'node:https'
import { Telegram, TelegramError } from 'telegraf'
import type { Telegram as Methods, Opts } from 'telegraf/types'

export type Method = keyof Methods
export type Payload<M extends Method> = Opts<M>
export type Answer<M extends Method> = ReturnType<Methods[M]>

/** `answered`: the server said no. `unreachable`: it was never asked. `unknown`: it may have done what was asked. */
export type BotApiTrouble = 'answered' | 'unreachable' | 'unknown'

/**
 * The only error that leaves this file. It keeps nothing of the one it stands for: telegraf's hold the address with the
 * token, the payload with what people wrote, and both again in their causes.
 */
export class BotApiError extends Error {
  readonly method: string
  readonly trouble: BotApiTrouble
  /** Of the answer: 429, 403 …; null without one. */
  readonly status: number | null
  /** What the server said. For deciding, not for logs: it may quote a message. */
  declare readonly description: string
  readonly retryAfterMs: number | null
  constructor(method: string, of: { trouble: BotApiTrouble; status?: number; description?: string; retryAfterMs?: number | null }) {
    super(`${method}: ${of.status ?? of.trouble}`)
    this.name = 'BotApiError'
    this.method = method
    this.trouble = of.trouble
    this.status = of.status ?? null
    this.retryAfterMs = of.retryAfterMs ?? null
    // Not enumerable: what prints an error's properties prints none of a message.
    Object.defineProperty(this, 'description', { value: of.description ?? '', enumerable: false })
  }
}

export interface BotApi {
  /** Id of the bot, as its token begins. */
  readonly bot: string
  /** @throws BotApiError */
  call<M extends Method>(method: M, payload: Payload<M>, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Answer<M>>
  /** Where a file of `getFile` is fetched. Knows the token: never kept, never logged. */
  fileUrl(path: string): URL
}

/** Of a call that sends or asks something small. Telegraf's own is 500 s. */
const callTimeoutMs = 15_000

/** Before anything was written, whatever was to be sent. */
const beforeWriting = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])
/** A handshake that failed: nothing was sent through it. */
const certificate = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$)/

/** Fields that telegraf writes as JSON itself when a call carries a file; of others it loses those that are objects. */
const written = new Set(['reply_markup', 'results', 'mask_position', 'shipping_options', 'errors', 'media'])

const isUpload = (value: unknown): boolean => typeof value === 'object' && value !== null && 'source' in value

/** @returns the payload of an upload with its objects as JSON (telegraf drops `reply_parameters` and the like without a word). */
const withoutLoss = (payload: object): object => {
  const entries = Object.entries(payload)
  if (!entries.some(([, value]) => isUpload(value))) return payload
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && !isUpload(value) && !written.has(name) ? JSON.stringify(value) : value,
    ]),
  )
}

export interface BotApiOptions {
  /** As @BotFather gives it. */
  token: string
  /** `https://api.telegram.org`, or a Bot API server of one's own. */
  apiRoot: string
  /** Of a call that names none. */
  timeoutMs?: number
}

export const createBotApi = ({ token, apiRoot, timeoutMs = callTimeoutMs }: BotApiOptions): BotApi => {
  const root = apiRoot.endsWith('/') ? apiRoot : `${apiRoot}/`
  // Telegraf takes the agent for https alone; over http Node's own keeps connections as well. As many sockets as there
  // are messages under way: with 32, an answer time of 80 ms held the sender at 350 messages a second.
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 10_000, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 64 })
  const client = new Telegram(token, { apiRoot: root, webhookReply: false, agent })
  const [bot = '', secret = token] = token.split(':', 2)
  const redact = (text: string): string => text.replaceAll(secret, '…').replaceAll(encodeURIComponent(secret), '…')

  const troubleOf = (method: string, error: unknown): BotApiError => {
    if (error instanceof TelegramError) {
      const { error_code: status, description, parameters } = error.response
      const retryAfterMs = parameters?.retry_after === undefined ? null : parameters.retry_after * 1000
      if (status >= 500) return new BotApiError(method, { trouble: 'unknown', status, retryAfterMs })
      return new BotApiError(method, { trouble: 'answered', status, description: redact(String(description)), retryAfterMs })
    }
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
    // node-fetch keeps the system's words: a connection that never came about timed out in `connect`.
    const unconnected = code === 'ETIMEDOUT' && error instanceof Error && /reason: connect /.test(error.message)
    const unreachable = beforeWriting.has(code) || certificate.test(code) || unconnected
    return new BotApiError(method, { trouble: unreachable ? 'unreachable' : 'unknown' })
  }

  return {
    bot,
    async call<M extends Method>(method: M, payload: Payload<M>, options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
      const abort = new AbortController()
      const stop = () => abort.abort()
      const timer = setTimeout(stop, options.timeoutMs ?? timeoutMs)
      options.signal?.addEventListener('abort', stop, { once: true })
      if (options.signal?.aborted) stop()
      try {
        // The same payload, in the form that survives; telegraf's types know Node's signal only under another name.
        const safe = withoutLoss(payload) as Payload<M>
        const signal = abort.signal as Parameters<typeof client.callApi>[2] extends { signal?: infer S } | undefined ? S : never
        return await (client.callApi(method, safe, { signal }) as Promise<Answer<M>>)
      } catch (error) {
        throw troubleOf(method, error)
      } finally {
        clearTimeout(timer)
        options.signal?.removeEventListener('abort', stop)
      }
    },
    fileUrl: (path) => new URL(`file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`, root),
  }
}
