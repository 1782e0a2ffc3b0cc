/** Takes recorded turns again: the same release, state, input, environment and replies must give the same effects. */
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
    const again = JSON.parse(JSON.stringify({ state: turn.state, effects: turn.effects })) as {
      state: typeof turn.state
      effects: typeof turn.effects
    }
    if (!isDeepStrictEqual(again.effects, record.effects)) {
      differences.push({ conversation, seq, what: 'effects', recorded: record.effects, replayed: again.effects })
    }
    if (!isDeepStrictEqual(again.state, record.state)) {
      differences.push({ conversation, seq, what: 'state', recorded: record.state, replayed: again.state })
    }
    state = record.state
  }
  return { turns: records.length, differences }
}
