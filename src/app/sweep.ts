/** Finds what a crash, a lost bell or a closed window left: rows not taken, timers due, messages not sent. */
import type { ConversationId, Slug } from '../core/ids.ts'
import type { Clock } from '../ports/clock.ts'
import { DomainError } from '../ports/errors.ts'
import type { TurnStore } from '../ports/turn-store.ts'
import { isUnavailable } from '../ports/unavailable.ts'
import type { Deliverer } from './deliver.ts'
import type { TurnRunner } from './turn-runner.ts'

/** Rows younger than this may still be in their burst window, ms. */
const graceMs = 10_000
const batch = 200
/** Conversations taken up at the same time. */
const atOnce = 8

export interface SweepDeps {
  turns: TurnStore
  runner: TurnRunner
  deliverer: Deliverer
  clock: Clock
  log: { failure(error: unknown): void }
}

/** Fires timers that are due by the business clock. @returns how many fired. */
export const fireDue = async ({ turns, runner, clock, log }: SweepDeps): Promise<number> => {
  let fired = 0
  for (;;) {
    const due = await turns.dueTimers(clock.now().toISOString(), batch)
    let moved = 0
    for (const { association, conversation, id, timer, subject } of due) {
      try {
        await runner.take({ association, conversation }, { kind: 'timer-fired', timer, subject }, { rare: { timerFired: id } })
        moved += 1
      } catch (error) {
        if (!(error instanceof DomainError)) log.failure(error)
      }
    }
    fired += moved
    if (moved === 0 || due.length < batch) return fired
  }
}

/** @throws when the database goes away in between: the next sweep begins again */
export const sweep = async (deps: SweepDeps): Promise<void> => {
  await deps.deliverer.sweep()
  const before = new Date(deps.clock.now().getTime() - graceMs).toISOString()
  await takeOverdue(deps, await deps.turns.overdue(before, batch))
  await fireDue(deps)
}

/** A few at a time: one that waits for a file does not hold the others. */
const takeOverdue = async ({ runner, log }: SweepDeps, overdue: { association: Slug; conversation: ConversationId }[]): Promise<void> => {
  const line = overdue.values()
  const work = async (): Promise<void> => {
    for (const of of line) {
      await runner.takeWaiting(of).catch((error: unknown) => {
        if (isUnavailable(error)) throw error
        log.failure(error)
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
