/** What a process of each role does. Turns of what reaches it and sends of what they produce are everybody's. */
import type { Role } from '../config/variables.ts'

interface RoleSpec {
  about: string
  /** Shows the web chat and the desk; otherwise HTTP is for machines alone. */
  pages: boolean
  /** Receives from the channels: long polls, webhooks, logins. Sending is everybody's. */
  receives: boolean
  /** Answers bells (timers, sweeps); otherwise it rings them, and sweeps rarely, for the day when nobody answers. */
  answersBells: boolean
  /** Goes on serving after it has said that it leaves, ms: whoever sends people here asks /ready first. */
  lingerMs: number
}

export const roles = {
  all: { about: 'everything in one process', pages: true, receives: true, answersBells: true, lingerMs: 0 },
  gateway: { about: 'the pages and the channels', pages: true, receives: true, answersBells: false, lingerMs: 1_500 },
  worker: { about: 'what is later: timers, retries, sweeps', pages: false, receives: false, answersBells: true, lingerMs: 0 },
} as const satisfies Record<Role, RoleSpec>

/** How long the end may take, ms, before the process goes anyway and leaves the rest to the sweep of another. */
export const drainLimitMs = 20_000
