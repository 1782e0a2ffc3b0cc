/** Seeded random numbers (mulberry32), so that a failing run can be repeated. */
export interface Random {
  /** True with this probability. */
  chance(probability: number): boolean
  below(limit: number): number
  reseed(seed: number): void
}

export const createRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    chance: (probability) => probability > 0 && next() < probability,
    below: (limit) => Math.floor(next() * limit),
    reseed: (value) => {
      state = value >>> 0
    },
  }
}
