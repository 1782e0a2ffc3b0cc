/**
 * The conversation's live line. One stream for all tabs of a browser (a seventh open stream would block
 * every other request): the tab in front holds a lock and the stream, and tells the others.
 */
import type { ChatMessage } from '../../http/contract.ts'
import { eventsUrl } from './api.ts'

export interface Followed {
  message(message: ChatMessage): void
  typing(on: boolean): void
  owner(owner: 'bot' | 'staff'): void
  /** What this page has is no longer a basis: open again. */
  reset(): void
  line(up: boolean): void
}

type Told =
  | { kind: 'message'; message: ChatMessage }
  | { kind: 'typing'; on: boolean }
  | { kind: 'owner'; owner: 'bot' | 'staff' }
  | { kind: 'reset' }
  | { kind: 'line'; up: boolean }
  /** A tab that has just come asks how the line is. */
  | { kind: 'hello' }

/** The server gives a sign of life every 15 s. */
const silentMs = 40_000

/** Holds the stream open, whatever happens to it. @returns a function that ends it */
const listen = (slug: string, since: () => string | null, tell: (told: Told) => void): (() => void) => {
  let source: EventSource | null = null
  let heard = Date.now()
  let wait = 500
  let timer: ReturnType<typeof setTimeout> | undefined
  const close = () => {
    source?.close()
    source = null
    clearTimeout(timer)
  }
  const open = () => {
    close()
    heard = Date.now()
    const own = new EventSource(eventsUrl(slug, since()))
    source = own
    const on = <T>(event: string, act: (data: T) => void) =>
      own.addEventListener(event, (raw: MessageEvent<string>) => {
        heard = Date.now()
        act(JSON.parse(raw.data))
      })
    on('beat', () => {
      wait = 500
      tell({ kind: 'line', up: true })
    })
    on<ChatMessage>('message', (message) => tell({ kind: 'message', message }))
    on<{ on: boolean }>('typing', (data) => tell({ kind: 'typing', on: data.on }))
    on<{ owner: 'bot' | 'staff' }>('owner', (data) => tell({ kind: 'owner', owner: data.owner }))
    on('reset', () => tell({ kind: 'reset' }))
    own.onerror = (event) => {
      // A named event of ours never lands here: these carry no data.
      if (event instanceof MessageEvent) return
      tell({ kind: 'line', up: false })
      // The browser returns by itself after a cut, but not after a refusal (restart, lost cookie).
      if (own.readyState !== EventSource.CLOSED) return
      tell({ kind: 'reset' })
      timer = setTimeout(open, wait * (0.5 + Math.random()))
      wait = Math.min(wait * 2, 15_000)
    }
  }
  const check = setInterval(() => {
    if (source !== null && Date.now() - heard > silentMs) {
      tell({ kind: 'line', up: false })
      open()
    }
  }, 5_000)
  const hurry = () => {
    if (source === null || source.readyState !== EventSource.OPEN) open()
  }
  addEventListener('online', hurry)
  open()
  return () => {
    clearInterval(check)
    removeEventListener('online', hurry)
    close()
  }
}

/** @param since newest message this page has. @returns a function that ends it */
export const follow = (slug: string, since: () => string | null, on: Followed): (() => void) => {
  const name = `sila-chat:${slug}`
  const tabs = new BroadcastChannel(name)
  let up = false
  let leading: (() => void) | null = null
  const hear = (told: Told) => {
    if (told.kind === 'message') on.message(told.message)
    else if (told.kind === 'typing') on.typing(told.on)
    else if (told.kind === 'owner') on.owner(told.owner)
    else if (told.kind === 'reset') on.reset()
    else if (told.kind === 'line') {
      up = told.up
      on.line(up)
    } else if (leading !== null) tabs.postMessage({ kind: 'line', up } satisfies Told)
  }
  tabs.onmessage = (event: MessageEvent<Told>) => hear(event.data)
  const lead = () =>
    listen(slug, since, (told) => {
      hear(told)
      tabs.postMessage(told)
    })

  // Locks need a secure page (TLS or this machine); without them every tab has its own stream.
  if (navigator.locks === undefined) {
    tabs.onmessage = null
    const end = lead()
    return () => {
      end()
      tabs.close()
    }
  }
  let gone = false
  /** Our place in the line for the lock; given up when we take it at once instead. */
  let place: AbortController | null = null
  /** The tab in front takes the lock from one behind, which a phone may have put to sleep. */
  const stand = (steal: boolean): void => {
    if (leading !== null || gone) return
    place?.abort()
    const own = new AbortController()
    place = own
    navigator.locks
      .request(name, steal ? { steal: true } : { signal: own.signal }, () => {
        const end = lead()
        return new Promise<void>((release) => {
          leading = () => {
            leading = null
            end()
            release()
          }
        })
      })
      .catch(() => {
        if (place !== own) return
        // Taken by the tab in front: stand in line for the next time.
        leading?.()
        stand(false)
      })
  }
  const front = () => {
    if (document.visibilityState === 'visible') stand(true)
  }
  document.addEventListener('visibilitychange', front)
  tabs.postMessage({ kind: 'hello' } satisfies Told)
  stand(document.visibilityState === 'visible')
  return () => {
    gone = true
    place?.abort()
    document.removeEventListener('visibilitychange', front)
    leading?.()
    tabs.close()
  }
}
