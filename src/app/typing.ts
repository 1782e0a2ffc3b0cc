/** Which conversations the bot is about to answer. In memory: losing it loses three dots. */
import type { ConversationId } from '../core/ids.ts'

export interface Typing {
  set(conversation: ConversationId, on: boolean): void
  is(conversation: ConversationId): boolean
  listen(listener: (conversation: ConversationId, on: boolean) => void): () => void
}

/** Longer than any burst window: whoever should have ended the dots has died, or said so in vain. */
const forgottenMs = 20_000

export const createTyping = (): Typing => {
  const on = new Map<ConversationId, NodeJS.Timeout>()
  const listeners = new Set<(conversation: ConversationId, on: boolean) => void>()
  const set = (conversation: ConversationId, value: boolean): void => {
    if (on.has(conversation) === value) return
    if (value) on.set(conversation, setTimeout(() => set(conversation, false), forgottenMs).unref())
    else {
      clearTimeout(on.get(conversation))
      on.delete(conversation)
    }
    for (const listener of listeners) listener(conversation, value)
  }
  return {
    set,
    is: (conversation) => on.has(conversation),
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
