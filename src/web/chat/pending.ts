/** Messages of this tab on their way to the server, in order, each until the server shows it back. */
import type { ChatSend } from '../../http/contract.ts'
import { Refusal, sendMessage, uploadFile } from './api.ts'

export interface Pending {
  clientId: string
  /** ISO instant, by this device. */
  at: string
  text: string
  /** `stored`: accepted; leaves the list when it comes back as a message. */
  state: 'waiting' | 'sending' | 'stored' | 'failed'
  what: { kind: 'message'; content: ChatSend['content'] } | { kind: 'file'; file: File; preview: string | null; progress: number }
}

/** Refusals in a row without an answer of the server, while the device says it is online, before we ask the person. */
const patience = 5

/**
 * Sends one after the other, so that order is kept. Repeats on its own what may be repeated: every
 * message carries its id, and the server knows a repeat.
 * @param on.change called with the new list after each change
 * @param on.lost the server does not know this browser (any more)
 * @param on.shown the page has this message back already
 */
export const createOutbox = (
  slug: string,
  on: { change: (list: Pending[]) => void; lost: () => Promise<void>; shown: (clientId: string) => boolean },
) => {
  let list: Pending[] = []
  let busy = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const stops = new Map<string, AbortController>()

  const set = (next: Pending[]) => {
    list = next
    on.change(list)
  }
  const update = (clientId: string, part: Partial<Pending>) =>
    set(list.map((item) => (item.clientId === clientId ? { ...item, ...part } : item)))

  const deliver = async (item: Pending): Promise<void> => {
    if (item.what.kind === 'message') {
      await sendMessage(slug, { clientId: item.clientId, content: item.what.content })
      return
    }
    const { file, preview } = item.what
    const stop = new AbortController()
    stops.set(item.clientId, stop)
    const onProgress = (progress: number) => update(item.clientId, { what: { kind: 'file', file, preview, progress } })
    await uploadFile(slug, { clientId: item.clientId, caption: item.text, file }, onProgress, stop.signal)
  }

  /** @returns milliseconds to wait before the next try, or null when the person decides. */
  const afterFailure = async (error: unknown): Promise<number | null> => {
    if (error instanceof Refusal) {
      if (error.status === 401) {
        await on.lost()
        return failures < patience ? 300 : null
      }
      if (error.status === 429) return Math.max(1, error.retryAfter) * 1000
      if (error.status < 500) return null
    }
    if (navigator.onLine && failures >= patience) return null
    return Math.min(500 * 2 ** failures, 15_000) * (0.75 + Math.random() / 2)
  }

  const run = async (): Promise<void> => {
    clearTimeout(timer)
    const item = list.find((candidate) => candidate.state === 'waiting')
    if (busy || item === undefined) return
    busy = true
    update(item.clientId, { state: 'sending' })
    try {
      await deliver(item)
      failures = 0
      if (on.shown(item.clientId)) set(list.filter((other) => other.clientId !== item.clientId))
      else update(item.clientId, { state: 'stored' })
    } catch (error) {
      failures += 1
      const wait = await afterFailure(error).catch(() => 2000)
      // A stopped upload has left the list by now.
      update(item.clientId, { state: wait === null ? 'failed' : 'waiting' })
      if (wait === null) failures = 0
      else {
        timer = setTimeout(() => void run(), wait)
        return
      }
    } finally {
      busy = false
      stops.delete(item.clientId)
    }
    void run()
  }

  return {
    add(items: Pending[]): void {
      set([...list, ...items])
      void run()
    },
    /** The line is back, or the person asks: now rather than later. */
    hurry(): void {
      failures = 0
      void run()
    },
    retry(clientId: string): void {
      failures = 0
      update(clientId, { state: 'waiting' })
      void run()
    },
    discard(clientId: string): void {
      stops.get(clientId)?.abort()
      set(list.filter((item) => item.clientId !== clientId))
    },
    /** The server has shown these back. */
    settle(clientIds: ReadonlySet<string>): void {
      if (list.some((item) => clientIds.has(item.clientId))) set(list.filter((item) => !clientIds.has(item.clientId)))
    },
  }
}
