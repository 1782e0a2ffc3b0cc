/** Writes turns, those of many conversations in one call of `turn_commit`. */
import type { Pool } from 'pg'
import type { CommitResult, TurnCommit } from '../ports/turn-store.ts'
import type { Keyring } from './keys.ts'
import { createLanes } from './lanes.ts'
import { joinTurns, type PreparedTurn, prepareTurn } from './turn-rows.ts'

const statement = { name: 'turn_commit', text: 'select turn, result from turn_commit($1, $2, $3)' }

/** Raised by turn_commit: a rare write found its rows changed. Not told which turn's, so each is tried by itself. */
const movedOn = 'SL001'

export const createCommit = (pool: Pool, keyring: Keyring): ((turn: TurnCommit) => Promise<CommitResult>) => {
  const run = async (batch: Prepared[]): Promise<CommitResult[]> => {
    // In one order everywhere, so that two processes never wait for each other.
    const ordered = batch.length > 1 ? [...batch].sort((a, b) => (a.conversation < b.conversation ? -1 : 1)) : batch
    const { rows, rare, sealed } = joinTurns(ordered.map(({ turn }) => turn))
    try {
      const lost = await pool.query<{ turn: string; result: CommitResult }>({
        ...statement,
        values: [JSON.stringify(rows), rare && JSON.stringify(rare), sealed],
      })
      const results = new Map(lost.rows.map(({ turn, result }) => [turn, result]))
      return batch.map(({ turn }) => results.get(turn.turnId) ?? 'committed')
    } catch (error) {
      if (batch.length === 1 && error instanceof Error && 'code' in error && error.code === movedOn) return ['conflict']
      throw error
    }
  }
  const write = createLanes<Prepared, CommitResult>({ lanes: 2, size: 64, keyOf: ({ conversation }) => conversation, run })
  return async (turn) => {
    const key = await keyring.contactKey(turn.association, turn.contact)
    // Sealed before it waits for a lane: this process works while the database does.
    return write({ conversation: turn.conversation, turn: prepareTurn(turn, key) })
  }
}

interface Prepared {
  conversation: string
  turn: PreparedTurn
}
