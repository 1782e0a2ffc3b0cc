/** One timer per name, the earliest asked for. They do not keep a process alive: rows are the truth, a sweep finds them. */
export interface Alarms<T> {
  set(name: string, ms: number, what: T): void
  /** No alarm rings any more. */
  stop(): void
}

/** setTimeout counts in 31 bits. */
const longestMs = 2 ** 31 - 1

export const createAlarms = <T>(ring: (what: T) => void): Alarms<T> => {
  const timers = new Map<string, { timer: NodeJS.Timeout; at: number }>()
  return {
    set: (name, ms, what) => {
      const at = performance.now() + ms
      const before = timers.get(name)
      if (before && before.at <= at) return
      if (before) clearTimeout(before.timer)
      const timer = setTimeout(
        () => {
          timers.delete(name)
          ring(what)
        },
        Math.min(ms, longestMs),
      )
      timer.unref()
      timers.set(name, { timer, at })
    },
    stop: () => {
      for (const { timer } of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
