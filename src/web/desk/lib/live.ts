/**
 * One event stream per browser, whatever the number of tabs: over HTTP/1.1 a seventh stream never opens
 * and blocks every other call. The tab that holds the lock listens and tells the others.
 */
import type { DeskEvent } from '../../../http/contract.ts'

export type LiveState = 'live' | 'lost'
type Told = { kind: 'changed'; event: DeskEvent | null } | { kind: 'state'; state: LiveState }

export interface LiveListener {
  changed(event: DeskEvent | null): void
  state(state: LiveState): void
  /** The server no longer knows the session, or refuses the stream. */
  refused(): void
}

/** Milliseconds: random, so that the tabs of a restarted server do not come in one wave. */
const again = () => 3_000 + Math.random() * 3_000

const listen = (tell: (told: Told) => void, refused: () => void, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    let source: EventSource
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      source = new EventSource('/api/desk/events')
      source.addEventListener('open', () => tell({ kind: 'state', state: 'live' }))
      source.addEventListener('reset', () => tell({ kind: 'changed', event: null }))
      source.addEventListener('change', (event) => {
        // Written by this server from the same contract.
        tell({ kind: 'changed', event: JSON.parse(event.data) as DeskEvent })
      })
      source.addEventListener('error', () => {
        tell({ kind: 'state', state: 'lost' })
        // The browser comes back by itself unless the server refused.
        if (source.readyState !== EventSource.CLOSED) return
        refused()
        timer = setTimeout(open, again())
      })
    }
    open()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      source.close()
      done()
    })
  })

/** @returns a function that ends it */
export const startLive = (listener: LiveListener): (() => void) => {
  const stop = new AbortController()
  const channel = new BroadcastChannel('sila-desk-live')
  const hear = (told: Told) => (told.kind === 'changed' ? listener.changed(told.event) : listener.state(told.state))
  const tell = (told: Told) => {
    hear(told)
    channel.postMessage(told)
  }
  // Only tabs of this origin, of this build, write to the channel.
  channel.onmessage = (message) => hear(message.data as Told)
  const lead = () => listen(tell, listener.refused, stop.signal)
  // Plain HTTP from another machine has no locks: then each tab listens for itself.
  if (navigator.locks === undefined) void lead()
  else navigator.locks.request('sila-desk-live', { signal: stop.signal }, lead).catch(() => {})
  return () => {
    stop.abort()
    channel.close()
  }
}
