/** Telegram's refusals in the words of the table of send failures. */
import type { SendFailure } from '../../ports/channel.ts'
import { BotApiError } from './api.ts'

export interface Failed {
  failure: SendFailure
  retryAfterMs: number | null
}

/** 400s that mean the person, not the message. The texts are the Bot API's own; it has no codes for them. */
const gone = /chat not found|user is deactivated|user not found|PEER_ID_INVALID|bot was blocked/i

/** When Telegram says «too many» without saying how long. */
const throttledMs = 5_000

/** @returns what became of a send that failed. What is not ours is uncertain: nobody knows how far it came. */
export const failureOf = (error: unknown): Failed => {
  if (!(error instanceof BotApiError)) return { failure: 'timeout', retryAfterMs: null }
  const { status, trouble, description, retryAfterMs } = error
  if (trouble === 'unreachable') return { failure: 'unreachable', retryAfterMs }
  if (trouble === 'unknown' || status === null) return { failure: 'timeout', retryAfterMs }
  if (status === 429) return { failure: 'throttled', retryAfterMs: retryAfterMs ?? throttledMs }
  if (status === 403 || (status === 400 && gone.test(description))) return { failure: 'blocked', retryAfterMs }
  if (status === 401 || status === 404) return { failure: 'unauthorized', retryAfterMs }
  return { failure: 'refused', retryAfterMs }
}

/** The message as it stands cannot be read as HTML: it goes out once more, as plain text. */
export const isUnreadable = (error: unknown): boolean =>
  error instanceof BotApiError && error.status === 400 && /can't parse entities/i.test(error.description)
