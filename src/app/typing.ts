/** Which conversations the bot is about to answer. In memory: losing it loses three dots. */
import type { ConversationId } from '../core/ids.ts'

export interface Typing {
  set(conversation: ConversationId, on: boolean): void
  is(conversation: ConversationId): boolean
  listen(listener: (conversation: ConversationId, on: boolean) => void): () => void
}

export const createTyping = (): Typing => {
  const on = new Set<ConversationId>()
  const listeners = new Set<(conversation: ConversationId, on: boolean) => void>()
  return {
    set: (conversation, value) => {
      if (on.has(conversation) === value) return
      if (value) on.add(conversation)
      else on.delete(conversation)
      for (const listener of listeners) listener(conversation, value)
    },
    is: (conversation) => on.has(conversation),
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
