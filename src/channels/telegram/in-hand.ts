/**
 * Updates that came and are not all acknowledged. Telegram takes an offset as the acknowledgement of everything below it
 * and sends again from there: so the offset stops at the oldest that is not finished, and what comes again is recognised.
 */
export interface InHand {
  /** @returns the numbers that are not in hand yet, in order; they are now */
  add(ids: readonly number[]): number[]
  /** It may be acknowledged. */
  finish(id: number): void
  /** What the next call would acknowledge; undefined before anything came. */
  offset(): number | undefined
  /** @returns the offset of a call that is made now: what lies below can no longer come, and is forgotten */
  acknowledge(): number | undefined
  /** How many are not finished. */
  size(): number
}

export const createInHand = (): InHand => {
  const open = new Set<number>()
  /** Kept until a call acknowledges them: the answer to the one under way may still hold them. */
  const finished = new Set<number>()
  let next: number | undefined
  const offset = (): number | undefined => (open.size === 0 ? next : Math.min(...open))
  return {
    add(ids) {
      if (ids.length === 0) return []
      const fresh = [...new Set(ids)].filter((id) => !open.has(id) && !finished.has(id)).sort((a, b) => a - b)
      // After a week of silence Telegram may begin again with lower numbers: only what is in hand counts.
      next = Math.max(...ids, ...open, ...finished) + 1
      for (const id of fresh) open.add(id)
      return fresh
    },
    finish(id) {
      if (open.delete(id)) finished.add(id)
    },
    offset,
    acknowledge() {
      const limit = offset()
      if (limit !== undefined) for (const id of finished) if (id < limit) finished.delete(id)
      return limit
    },
    size: () => open.size,
  }
}
