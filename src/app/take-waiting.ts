/** Takes the rows that wait in a conversation: after their files have come, and around one that always fails. */
import type { ConversationId, Slug } from '../core/ids.ts'
import type { Loaded, WaitingRow } from '../ports/turn-store.ts'
import { isUnavailable } from '../ports/unavailable.ts'
import type { CommitTurn, Hearing } from './commit-turn.ts'
import { type FileFetcher, isRemote } from './fetch-files.ts'
import type { RunnerDeps } from './runner-deps.ts'
import type { Serial } from './serial.ts'

/** Failures of one row before staff see it. */
const mostAttempts = 3
/** Files that keep coming while others are fetched are left to the next look. */
const mostRounds = 8

interface Place {
  association: Slug
  conversation: ConversationId
}

export interface WaitingTaker {
  /**
   * @param external the channel's name for the person, where it is known
   * @throws when the database is away: nothing was counted against anybody
   */
  take(of: Place, external?: string): Promise<void>
  /** Counts a failure of these rows; after the third they are with staff. @throws the error when it was the database's */
  setAside(of: Place, ids: string[] | 'all', error: unknown): Promise<number>
}

/** Rows before the first whose file has yet to come: order is kept. */
const complete = (waiting: WaitingRow[]): WaitingRow[] => {
  const first = waiting.findIndex(({ content }) => isRemote(content))
  return first < 0 ? waiting : waiting.slice(0, first)
}

export const createWaitingTaker = (
  deps: RunnerDeps,
  { commitTurn, hear, serial, fetcher }: { commitTurn: CommitTurn; hear: Hearing['hear']; serial: Serial; fetcher: FileFetcher },
): WaitingTaker => {
  const setAside = async (of: Place, ids: string[] | 'all', error: unknown): Promise<number> => {
    if (isUnavailable(error)) throw error
    deps.log.failure({ ...of, kind: 'message-received', error })
    const count = await deps.turns.park(of, ids, mostAttempts, deps.clock.now().toISOString())
    if (count > 0) deps.events.publish({ kind: 'conversation', ...of })
    return count
  }

  /** One by one, so that only the row to blame is counted; those behind it wait until it is out of the way. */
  const takeSingly = async (of: Place, ids: string[]): Promise<void> => {
    for (const id of ids) {
      try {
        await commitTurn(of, null, (now) => {
          const rows = now.waiting.filter((row) => row.id === id)
          return rows.length > 0 ? hear(now, rows, []) : null
        })
      } catch (error) {
        if ((await setAside(of, [id], error)) === 0) return
      }
    }
  }

  /** @returns rows whose files must come first, when there are any; with `partly` what stands before them is taken */
  const takeLine = async (
    of: Place,
    external: string | undefined,
    partly: boolean,
  ): Promise<{ loaded: Loaded; remote: WaitingRow[] } | null> => {
    let loaded: Loaded | null
    try {
      loaded = await deps.turns.load(of)
    } catch (error) {
      // Nothing of it can be read, so no single row is to blame.
      await setAside(of, 'all', error)
      return null
    }
    if (!loaded || loaded.waiting.length === 0) return null
    const remote = loaded.waiting.filter(({ content }) => isRemote(content))
    if (remote.length > 0 && !partly) return { loaded, remote }
    const ids = complete(loaded.waiting).map(({ id }) => id)
    if (ids.length === 0) return null
    try {
      await commitTurn(
        of,
        loaded,
        (now) => {
          const rows = complete(now.waiting)
          return rows.length > 0 ? hear(now, rows, []) : null
        },
        external,
      )
    } catch (error) {
      if (ids.length === 1) await setAside(of, ids, error)
      else if (isUnavailable(error)) throw error
      else await takeSingly(of, ids)
    }
    return null
  }

  return {
    setAside,
    take: async (of, external) => {
      try {
        for (let round = 0; round < mostRounds; round += 1) {
          const left = await serial.run(of.conversation, () => takeLine(of, external, false))
          if (!left) return
          // Outside the line: staff who take over do not wait for a file.
          const isWhole = await fetcher.fetch(left.loaded, left.remote)
          if (!isWhole) {
            await serial.run(of.conversation, () => takeLine(of, external, true))
            return
          }
        }
      } finally {
        deps.typing(of, false)
      }
    },
  }
}
