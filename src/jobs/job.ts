import type { z } from 'zod'

/** What jobs may ask of the application. Both may be called at any time and any number of times. */
export interface JobDeps {
  /** Takes up whatever a crash or a lost bell left: inbox, outbox, leases. */
  sweep(): Promise<void>
  /** Fires every timer that is due. */
  fireDue(): Promise<void>
}

export interface Job<T extends z.ZodType = z.ZodType> {
  name: string
  payload: T
  run(payload: z.output<T>, deps: JobDeps): Promise<void>
}

/** Keeps the type of the payload for `run`. */
export function defineJob<T extends z.ZodType>(job: Job<T>): Job<T> {
  return job
}
