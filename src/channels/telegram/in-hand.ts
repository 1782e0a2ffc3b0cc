/**
 * Updates that came and are not all acknowledged. Telegram takes an offset as the acknowledgement of everything below it
 * and sends again from there: so the offset stops at the oldest that is not finished, and what comes again is recognised.
 */
export interface InHand {
  /** @returns the numbers that are not in hand yet, in order; they are now */
  add(ids: readonly number[]): number[]
  /** It may be acknowledged. */
  finish(id: number): void
  /** For the next call; undefined before anything came. */
  offset(): number | undefined
  /** How many are not finished. */
  size(): number
}

export const createInHand = (): InHand => {
  const open = new Set<number>()
  /** Finished, and above one that is not. */
  const finished = new Set<number>()
  let next: number | undefined
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
      if (!open.delete(id)) return
      finished.add(id)
      const oldest = open.size === 0 ? Number.POSITIVE_INFINITY : Math.min(...open)
      for (const done of finished) if (done < oldest) finished.delete(done)
    },
    offset: () => (open.size === 0 ? next : Math.min(...open)),
    size: () => open.size,
  }
}
