/** Finds what a crash, a lost bell or a closed window left: rows not taken, timers due, messages not sent. */
import type { Clock } from '../ports/clock.ts'
import { DomainError } from '../ports/errors.ts'
import type { TurnStore } from '../ports/turn-store.ts'
import type { Deliverer } from './deliver.ts'
import type { TurnRunner } from './turn-runner.ts'

/** Rows younger than this may still be in their burst window, ms. */
const graceMs = 10_000
const batch = 200

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

export const sweep = async (deps: SweepDeps): Promise<void> => {
  const before = new Date(deps.clock.now().getTime() - graceMs).toISOString()
  for (const of of await deps.turns.overdue(before, batch)) await deps.runner.takeWaiting(of).catch((error) => deps.log.failure(error))
  await fireDue(deps)
  await deps.deliverer.sweep()
}
