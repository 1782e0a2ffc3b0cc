/** Writes turns, those of many conversations in one call of `turn_commit`. */
import type { Pool } from 'pg'
import type { CommitResult, TurnCommit } from '../ports/turn-store.ts'
import type { Keyring } from './keys.ts'
import { createLanes } from './lanes.ts'
import type { Seen } from './seen.ts'
import { hasLinks } from './turn-rare.ts'
import { joinTurns, type PreparedTurn, prepareTurn } from './turn-rows.ts'

const statement = { name: 'turn_commit', text: 'select turn, result from turn_commit($1, $2, $3, $4, $5, $6, $7)' }
/** The same, with links made and ended in its transaction. */
const withLinks = { name: 'turn_commit_links', text: 'select turn, result from turn_commit_links($1, $2, $3, $4)' }

/** Raised by turn_commit. Not told for which turn, so those of a batch are tried one by one. */
const raised: Record<string, CommitResult> = { SL001: 'conflict', SL002: 'duplicate' }

const byConversation = (a: PreparedTurn, b: PreparedTurn): number => (a.turn.conversation < b.turn.conversation ? -1 : 1)

/** Turns whose first message this process would send at once, their accounts, and for how long. */
const leasesOf = (batch: PreparedTurn[]): [turns: string[], accounts: string[], ms: number] => {
  const turns: string[] = []
  const accounts = new Set<string>()
  let ms = 0
  for (const { turn } of batch) {
    if (!turn.lease || turn.outbox.length === 0) continue
    turns.push(turn.turnId)
    accounts.add(turn.lease.account)
    ms = turn.lease.ms
  }
  return [turns, [...accounts], ms]
}

export const createCommit = (pool: Pool, keyring: Keyring, seen: Seen): ((turn: TurnCommit) => Promise<CommitResult>) => {
  const run = async (batch: PreparedTurn[]): Promise<CommitResult[]> => {
    // In one order everywhere, so that two processes never wait for each other.
    const values = joinTurns(batch.length > 1 ? [...batch].sort(byConversation) : batch)
    try {
      const { rows } = await pool.query<{ turn: string; result: CommitResult }>(
        batch.some(({ rare }) => hasLinks(rare)) ? { ...withLinks, values } : { ...statement, values: [...values, ...leasesOf(batch)] },
      )
      if (rows.length === 0) return batch.map(() => 'committed')
      const told = new Map(rows.map(({ turn, result }) => [turn, result]))
      return batch.map(({ turn }) => told.get(turn.turnId) ?? 'committed')
    } catch (error) {
      const result = error instanceof Error && 'code' in error && typeof error.code === 'string' ? raised[error.code] : undefined
      if (batch.length === 1 && result) return [result]
      throw error
    }
  }
  const write = createLanes<PreparedTurn, CommitResult>({ lanes: 2, size: 64, keyOf: ({ turn }) => turn.conversation, run })
  return async (turn) => {
    const key = await keyring.contactKey(turn.association, turn.contact)
    // Sealed before it waits for a lane: this process works while the database does.
    const prepared = prepareTurn(turn, key, seen.basis(turn))
    let result: CommitResult = 'conflict'
    try {
      result = await write(prepared)
      return result
    } finally {
      seen.settle(turn, result, prepared.stateText)
    }
  }
}
