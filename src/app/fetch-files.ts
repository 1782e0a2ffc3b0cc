/** Fetches the files that a channel only named, before the turn that reads them. */
import type { Content, FileProblem, ReceivedFile } from '../core/engine/input.ts'
import { type AccountId, type ContactId, type ConversationId, FileId, type Slug } from '../core/ids.ts'
import type { ChannelKind, Fetched } from '../ports/channel.ts'
import type { Files } from '../ports/files.ts'
import type { TurnStore, WaitingRow } from '../ports/turn-store.ts'
import { isUnavailable } from '../ports/unavailable.ts'

/** Tries of one file before the person is told that it did not arrive. */
const mostTries = 3
/** One try, from asking to the last byte. */
const tryMs = 30_000
/** Longer than a try: a claim that is older belongs to a process that died. */
const claimMs = 35_000
const pauseMs = 1_000

/** Whose file, and on which channel. */
export interface FileOwner {
  association: Slug
  conversation: ConversationId
  contact: ContactId
  account: AccountId
  channel: ChannelKind
}

export interface FetchDeps {
  turns: Pick<TurnStore, 'claimFile' | 'dropFile' | 'putFile'>
  files: Pick<Files, 'keep' | 'remove'>
  /** How this process fetches files of an account; null where it has no adapter that can. `limit` in bytes. */
  source(of: { account: AccountId; channel: ChannelKind }): { fetch(remote: string): Promise<Fetched>; limit: number } | null
  log: { failure(line: { association: Slug; conversation: ConversationId; kind: string; error: unknown }): void }
}

type WithFile = Extract<Content, { file: ReceivedFile }>

/** The channel has named a file that nobody has fetched yet. */
export const isRemote = (content: Content): content is WithFile =>
  'file' in content && content.file.id === null && content.file.problem === null && Boolean(content.file.remote)

export interface FileFetcher {
  /**
   * Resolves when all of these rows say what became of their files.
   * @returns false when that is not for this process to say: another has the claim, or none here can fetch
   */
  fetch(owner: FileOwner, rows: Pick<WaitingRow, 'id' | 'content'>[]): Promise<boolean>
}

export const createFileFetcher = (deps: FetchDeps): FileFetcher => {
  const running = new Map<string, Promise<boolean>>()

  /** @returns null: try again */
  const tryOnce = async (owner: FileOwner, id: FileId, file: ReceivedFile): Promise<ReceivedFile | null> => {
    const source = deps.source(owner)
    if (!source || !file.remote) return null
    const failed = (problem: FileProblem, size = file.size): ReceivedFile => ({
      ...file,
      id: null,
      mime: null,
      size,
      problem,
      remote: null,
    })
    const until = performance.now() + tryMs
    const fetched = await before(until, source.fetch(file.remote))
    if (!fetched.ok) return fetched.problem && failed(fetched.problem)
    const { association, contact } = owner
    const kept = await deps.files.keep(
      { association, contact },
      bounded(fetched.stream, until),
      fetched.name ?? file.name,
      source.limit,
      id,
    )
    if (!kept.ok) return failed(kept.problem, kept.size)
    return { ...kept.file, problem: null, remote: null }
  }

  /** Until the database is back, or the claim has ended and somebody else goes on. */
  const surely = async <T>(work: () => Promise<T>): Promise<T> => {
    for (const until = performance.now() + claimMs; ; ) {
      try {
        return await work()
      } catch (error) {
        if (!isUnavailable(error) || performance.now() > until) throw error
        await pause(pauseMs / 2)
      }
    }
  }

  const fetchOne = async (owner: FileOwner, row: Pick<WaitingRow, 'id' | 'content'>): Promise<boolean> => {
    const { content } = row
    if (!isRemote(content)) return true
    // Its id is that of the message: a try that died after it had kept the file leaves no second one.
    const id = FileId.parse(row.id)
    for (const until = performance.now() + claimMs; ; ) {
      if (!deps.source(owner)) return false
      const attempt = await deps.turns.claimFile(owner, row.id, claimMs)
      if (attempt === null) return false
      let file: ReceivedFile | null = null
      try {
        if (attempt <= mostTries) file = await tryOnce(owner, id, content.file)
      } catch (error) {
        deps.log.failure({ association: owner.association, conversation: owner.conversation, kind: 'file', error })
        if (isUnavailable(error)) {
          await surely(() => deps.turns.dropFile(owner, row.id, attempt, false))
          if (performance.now() > until) return false
          await pause(pauseMs)
          continue
        }
      }
      if (file === null && attempt < mostTries) {
        await surely(() => deps.turns.dropFile(owner, row.id, attempt, true))
        await pause(pauseMs * attempt)
        continue
      }
      if (!file?.id) await deps.files.remove(owner.association, id) // of an earlier try
      const known: ReceivedFile = file ?? { ...content.file, problem: 'failed', remote: null }
      return await surely(() => deps.turns.putFile(owner, row.id, attempt, { ...content, file: known }))
    }
  }

  return {
    fetch: async (owner, rows) => {
      const results = await Promise.all(
        rows.map((row) => {
          const under = running.get(row.id)
          if (under) return under
          const work = fetchOne(owner, row)
            .catch((error) => {
              deps.log.failure({ association: owner.association, conversation: owner.conversation, kind: 'file', error })
              return false
            })
            .finally(() => running.delete(row.id))
          running.set(row.id, work)
          return work
        }),
      )
      return results.every(Boolean)
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const before = async <T>(until: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('a file that does not come')), Math.max(0, until - performance.now()))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The same bytes, as long as they keep coming. */
async function* bounded(stream: AsyncIterable<Uint8Array>, until: number): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await before(until, chunks.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    void chunks.return?.()?.catch(() => undefined)
  }
}
