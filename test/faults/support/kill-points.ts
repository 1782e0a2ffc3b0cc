/** Every place at which a process may die, between a person's words and the mark that the answer was sent. */
import type { World } from './world.ts'

export interface KillPoint {
  about: string
  /** Resolves when a process stands at the point; it stays there until it is killed. */
  reach(world: World): { reached: Promise<void>; clear(): void }
}

const atStatement = (statement: string, phase: 'asked' | 'answered', about: string): KillPoint => ({
  about,
  reach: ({ proxy }) => {
    let clear = (): void => {}
    const reached = new Promise<void>((resolve) => {
      let hit = false
      clear = proxy.watch((event) => {
        if (hit || event.statement !== statement || event.phase !== phase) return
        hit = true
        resolve()
        // For ever: the connection goes with the process.
        return new Promise(() => {})
      })
    })
    return { reached, clear }
  },
})

const atCall = (method: string, accepted: boolean, about: string): KillPoint => ({
  about,
  reach: ({ bot }) => {
    const rule = bot.faults.add({ method, fault: { kind: 'hang', accepted }, count: 1 })
    let timer: NodeJS.Timeout | undefined
    const reached = new Promise<void>((resolve) => {
      timer = setInterval(() => {
        if (rule.hits() > 0) resolve()
      }, 5)
    })
    return {
      reached,
      clear: () => {
        clearInterval(timer)
        rule.remove()
      },
    }
  },
})

export const killPoints: readonly KillPoint[] = [
  atStatement('turn_meet', 'asked', 'a first contact, nothing stored'),
  atStatement('turn_meet', 'answered', 'a first contact, the person known and the message not stored'),
  atStatement('turn_load', 'asked', 'a message, nothing read'),
  atStatement('turn_store', 'asked', 'a message that waits for more, not stored'),
  atStatement('turn_store', 'answered', 'a message that waits for more, stored and not acknowledged'),
  atStatement('turn_commit', 'asked', 'a turn decided and not written'),
  atStatement('turn_commit', 'answered', 'a turn written and not acknowledged'),
  atStatement('outbox_lease', 'asked', 'an answer about to be taken for sending'),
  atStatement('outbox_lease', 'answered', 'an answer taken for sending'),
  atCall('sendMessage', false, 'an answer on the wire, not accepted'),
  atCall('sendMessage', true, 'an answer accepted, and nobody told'),
  atStatement('outbox_landed', 'asked', 'an answer sent, the mark not written'),
  atStatement('outbox_landed', 'answered', 'an answer sent and marked'),
]
