/** Runs work of one key in the order it was asked for; other keys do not wait. */
export interface Serial {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Keys with work under way. */
  size(): number
}

export const createSerial = (): Serial => {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run: <T>(key: string, work: () => Promise<T>): Promise<T> => {
      const before = tails.get(key)
      const now = before ? before.then(work, work) : work()
      tails.set(key, now)
      const forget = () => {
        if (tails.get(key) === now) tails.delete(key)
      }
      now.then(forget, forget)
      return now
    },
    size: () => tails.size,
  }
}
