/** Telegram's limits on sending: about 30 messages a second for a bot, one a second for a chat. Off until set. */
export interface Limits {
  /** Messages in any `windowMs`; for all chats, and for one. */
  global?: { count: number; windowMs: number }
  chat?: { count: number; windowMs: number }
  /** Seconds told with the 429; the time until there is room, when left out. */
  retryAfter?: number
}

export interface Violation {
  at: number
  scope: 'global' | 'chat'
  chat: number
}

export interface RateLimiter {
  set(limits: Limits | null): void
  /** @returns seconds to wait, or null when the message may go */
  refuse(chat: number): number | null
  violations(): readonly Violation[]
}

export const createRateLimiter = (now: () => number): RateLimiter => {
  let limits: Limits | null = null
  const violations: Violation[] = []
  /** When the last messages went, oldest first. */
  let all: number[] = []
  const chats = new Map<number, number[]>()

  const isFull = (times: number[], { count, windowMs }: { count: number; windowMs: number }, at: number): number | null => {
    while (times[0] !== undefined && times[0] <= at - windowMs) times.shift()
    return times.length < count ? null : (times[0] ?? at) + windowMs - at
  }

  return {
    set: (wanted) => {
      limits = wanted
      all = []
      chats.clear()
    },
    refuse: (chat) => {
      if (!limits) return null
      const at = now()
      const own = chats.get(chat) ?? []
      chats.set(chat, own)
      const chatWait = limits.chat ? isFull(own, limits.chat, at) : null
      const globalWait = limits.global ? isFull(all, limits.global, at) : null
      if (chatWait === null && globalWait === null) {
        own.push(at)
        all.push(at)
        return null
      }
      violations.push({ at, scope: chatWait === null ? 'global' : 'chat', chat })
      return limits.retryAfter ?? Math.max(1, Math.ceil(Math.max(chatWait ?? 0, globalWait ?? 0) / 1000))
    },
    violations: () => violations,
  }
}
