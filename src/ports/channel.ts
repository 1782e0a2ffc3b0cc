/** A channel adapter translates and nothing else; it never touches the database. */
import type { Content, FileProblem } from '../core/engine/input.ts'
import type { Language } from '../core/engine/state.ts'
import type { FileId } from '../core/ids.ts'

export const channelKinds = ['web-chat', 'console', 'telegram', 'whatsapp-web', 'whatsapp-cloud'] as const
export type ChannelKind = (typeof channelKinds)[number]

export interface Capabilities {
  /** Most options shown as buttons; more, or 0, become numbered lines. */
  buttons: number
  /** UTF-16 units in one message. */
  textLength: number
  /** Bytes of one file that may arrive. */
  fileSize: number
  /** Wait for more messages before a turn, ms: people write in bursts. */
  window: { text: number; media: number }
  /** What the channel lets us send; null where nobody counts. An account's settings may say otherwise. */
  pace: Pace | null
}

/** Messages a second, and how many may leave at once after a pause. */
export interface Rate {
  perSecond: number
  burst: number
}
export interface Pace {
  account: Rate
  chat: Rate
}

/** Rendered, channel-neutral message. Isolates (U+2066–2069) are already inside `text`. */
export interface AbstractMessage {
  text: string
  language: Language
  options: { id: string; n: number; label: string }[]
  promptId: string | null
  /** `scale`: the number is the score, highest first. */
  layout: 'list' | 'scale'
  /** Sent with the text as its caption. */
  file?: { id: FileId; mime: string; name: string | null } | null
}

/** What a channel delivered, translated. */
export interface Update {
  /** How the channel names the sender: opaque. Stored sealed, looked up by blind index. */
  external: string
  /** Unique per account: the same id is the same update. */
  externalId: string
  /** ISO instant, by the channel. */
  at: string
  content: Content
  /** E.164 when the channel knows it. */
  phone: string | null
}

/** Why a send failed. Closed; `sendFailures` says what follows. */
export const sendFailures = {
  /** Not reached: nothing was accepted. */
  unreachable: { retryable: true, certain: true, alert: false },
  throttled: { retryable: true, certain: true, alert: false },
  /** May have been delivered. */
  timeout: { retryable: false, certain: false, alert: false },
  /** The person blocked us or is gone. */
  blocked: { retryable: false, certain: true, alert: false },
  refused: { retryable: false, certain: true, alert: true },
  /** Our credentials. */
  unauthorized: { retryable: true, certain: true, alert: true },
} as const satisfies Record<string, { retryable: boolean; certain: boolean; alert: boolean }>
export type SendFailure = keyof typeof sendFailures

export type SendResult = { ok: true; externalId: string | null } | { ok: false; failure: SendFailure; retryAfterMs: number | null }

/** A file as the channel hands it over: counted, typed and sealed by whoever keeps it. */
export type Fetched =
  | { ok: true; stream: AsyncIterable<Uint8Array>; name: string | null }
  /** `problem`: it will never come; null: try again later. */
  | { ok: false; problem: FileProblem | null }

/** `Payload`: what the channel's own side hands over, one delivery at a time. */
export interface Channel<Payload = never> {
  readonly kind: ChannelKind
  readonly capabilities: Capabilities
  /** Translates a delivery; the same delivery gives the same external ids. */
  toUpdates(payload: Payload): Update[]
  /** @param id outbox id: the adapter's idempotency key where the channel has one. */
  send(to: { external: string }, message: AbstractMessage, id: string): Promise<SendResult>
  /** Fetches what a `ReceivedFile` names as `remote`. Channels that hand files over with the message have none. */
  fetch?(remote: string): Promise<Fetched>
  /** Shows for a few seconds that an answer is being written. Never fails. */
  typing?(to: { external: string }): Promise<void>
}

/** How a channel account is doing, for `doctor`, `/health` and the desk. `detail` names no secret. */
export interface ConnectionHealth {
  state: 'connected' | 'connecting' | 'degraded' | 'refused' | 'stopped'
  /** One line for an operator; null when connected. */
  detail: string | null
  /** ISO instant since when. */
  since: string
}

/** The side of an adapter that lives: long polls, webhooks, logins. */
export interface Connection {
  start(): Promise<void>
  /** Resolves when nothing is under way. */
  stop(): Promise<void>
  health(): ConnectionHealth
}
