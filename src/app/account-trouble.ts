/** Notices when a whole account is in trouble, so that it rests instead of trying one message after the other. */
import type { AccountId, ConversationId } from '../core/ids.ts'
import { type SendFailure, type SendResult, sendFailures } from '../ports/channel.ts'
import type { Lease } from '../ports/outbox-store.ts'

/** Chats throttled one after the other, without a message that went through, before the account rests. */
const mostThrottled = 3
/** Older throttling says nothing about now, ms. */
const memoryMs = 10_000
/** Credentials that are refused: asked again this often, ms. */
const unauthorizedMs = 30_000
/** One line of log for an account in this time, ms. */
const quietMs = 60_000

export interface Trouble {
  /** Rest for so long. */
  pauseMs: number | null
  /** An operator should hear of it now; at most once a minute for an account and a failure. */
  alert: SendFailure | null
}

export interface AccountWatch {
  /** @param now monotonic, ms */
  note(lease: Lease, result: SendResult, now: number): Trouble
}

export const createAccountWatch = (): AccountWatch => {
  const throttled = new Map<AccountId, Map<ConversationId, { at: number; until: number }>>()
  const told = new Map<string, number>()

  /** A chat that is throttled waits by itself; several in a row are the account's limit. */
  const noteThrottled = ({ account, conversation }: Lease, waitMs: number, now: number): number | null => {
    const chats = throttled.get(account) ?? new Map<ConversationId, { at: number; until: number }>()
    throttled.set(account, chats.set(conversation, { at: now, until: now + waitMs }))
    for (const [chat, { at }] of chats) if (now - at > memoryMs) chats.delete(chat)
    if (chats.size < mostThrottled) return null
    return Math.max(...[...chats.values()].map(({ until }) => until - now), 0)
  }

  const alertOf = (account: AccountId, failure: SendFailure, now: number): SendFailure | null => {
    if (!sendFailures[failure].alert) return null
    const key = `${account} ${failure}`
    const last = told.get(key)
    if (last !== undefined && now - last < quietMs) return null
    told.set(key, now)
    return failure
  }

  return {
    note(lease, result, now) {
      if (result.ok) {
        throttled.delete(lease.account)
        return { pauseMs: null, alert: null }
      }
      const { failure, retryAfterMs } = result
      const alert = alertOf(lease.account, failure, now)
      if (failure === 'throttled') return { pauseMs: noteThrottled(lease, retryAfterMs ?? 0, now), alert }
      return { pauseMs: failure === 'unauthorized' ? unauthorizedMs : null, alert }
    },
  }
}
