/** Business time. Passed into SQL as a value; leases use the database's clock instead. */
export interface Clock {
  now(): Date
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() }
