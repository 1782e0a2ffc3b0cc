/**
 * Takes recorded turns again: the same release, state, input, environment and replies must give the same effects,
 * and one after the other the state that the conversation has now.
 */
import { isDeepStrictEqual } from 'node:util'
import { initialState } from '../core/engine/state.ts'
import { takeTurn } from '../core/engine/take-turn.ts'
import type { ConversationId, Slug } from '../core/ids.ts'
import type { Contents } from '../ports/content.ts'
import type { TurnStore } from '../ports/turn-store.ts'

export interface ReplayDifference {
  conversation: ConversationId
  seq: number
  what: 'state' | 'effects' | 'gap'
  recorded: unknown
  replayed: unknown
}

const asStored = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T // what a column gives back

/** @returns how many turns were taken again, and where the result differed (empty: identical). */
export const replay = async (
  deps: { turns: TurnStore; contents: Contents },
  association: Slug,
  conversation: ConversationId,
): Promise<{ turns: number; differences: ReplayDifference[] }> => {
  const records = await deps.turns.records(association, conversation)
  const differences: ReplayDifference[] = []
  let state = initialState()
  let seq = 0
  for (const record of records) {
    seq += 1
    if (record.seq !== seq) {
      differences.push({ conversation, seq, what: 'gap', recorded: record.seq, replayed: seq })
      break
    }
    const current = await deps.contents.pinned(association, record.env.release)
    const pin = state.run?.release
    const pinned = pin === undefined ? null : await deps.contents.pinned(association, pin)
    const turn = takeTurn({ current, pinned }, state, record.input, record.env, record.replies)
    if (turn.kind !== 'taken') {
      differences.push({ conversation, seq, what: 'effects', recorded: record.effects, replayed: turn })
      break
    }
    // Stored as JSON: absent and undefined are one.
    const effects = asStored(turn.effects)
    if (!isDeepStrictEqual(effects, record.effects)) {
      differences.push({ conversation, seq, what: 'effects', recorded: record.effects, replayed: effects })
    }
    state = asStored(turn.state)
  }
  const stored = await deps.turns.load({ association, conversation })
  if (stored && differences.length === 0 && !isDeepStrictEqual(state, stored.state)) {
    differences.push({ conversation, seq, what: 'state', recorded: stored.state, replayed: state })
  }
  return { turns: records.length, differences }
}
