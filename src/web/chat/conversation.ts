/** The conversation of one page, outside React: what is shown, and what may be done. */
import type { ChatMessage, ChatOpen } from '../../http/contract.ts'
import { markSeen, openChat, Refusal } from './api.ts'
import { takeLinks } from './arrival.ts'
import { follow } from './follow.ts'
import { keeper } from './keep.ts'
import { mergeMessages } from './merge.ts'
import { createOutbox, type Pending } from './pending.ts'
import type { Language } from './words.ts'

export interface ChatView {
  status: 'opening' | 'retrying' | 'ready' | 'not-found'
  association: ChatOpen['association'] | null
  /** Bytes. */
  fileLimit: number
  /** In order, each once. */
  messages: ChatMessage[]
  pending: Pending[]
  typing: boolean
  owner: 'bot' | 'staff'
  /** `down` only after a moment: a line that returns at once is not worth a bar. */
  line: 'up' | 'down' | 'offline'
  language: Language
}

export interface Conversation {
  readonly slug: string
  view(): ChatView
  subscribe(listener: () => void): () => void
  sendText(text: string): void
  choose(promptId: string, option: { id: string; label: string }): void
  /** The caption goes with the first file. */
  sendFiles(files: File[], caption: string): void
  retry(clientId: string): void
  discard(clientId: string): void
  /** Told to the server at most every few seconds. */
  seen(id: string): void
}

const newId = (): string => {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  // Only secure pages have randomUUID; a test on another machine of the network may be plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = [...bytes]
    .map((byte, n) => (n === 6 ? (byte & 0x0f) | 0x40 : n === 8 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, '0'))
    .join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Opens the conversation and keeps it live until the page goes. */
export const createConversation = (slug: string): Conversation => {
  const listeners = new Set<() => void>()
  const kept = keeper<Pending[]>(slug, 'pending', [])
  let view: ChatView = {
    status: 'opening',
    association: null,
    fileLimit: 0,
    messages: [],
    pending: [],
    typing: false,
    owner: 'bot',
    line: navigator.onLine ? 'up' : 'offline',
    language: 'ar',
  }
  const set = (part: Partial<ChatView>) => {
    view = { ...view, ...part }
    for (const listener of listeners) listener()
  }

  const shown = (clientId: string): boolean => view.messages.some((message) => message.clientId === clientId)
  const outbox = createOutbox(slug, {
    change: (pending) => {
      kept.write(pending.filter((item) => item.what.kind === 'message' && item.state !== 'stored'))
      set({ pending })
    },
    lost: () => open(),
    shown,
  })

  const take = (fresh: ChatMessage[]) => {
    const messages = mergeMessages(view.messages, fresh)
    if (messages === view.messages) return
    const newest = messages.findLast((message) => message.from !== 'me')
    set({ messages, language: newest?.language ?? view.language })
    outbox.settle(new Set(fresh.flatMap((message) => message.clientId ?? [])))
  }

  const open = async (): Promise<void> => {
    const { association, fileLimit, messages, typing, owner } = await openChat(slug, view.language)
    set({ status: 'ready', association, fileLimit, typing, owner })
    take(messages)
  }

  let down: ReturnType<typeof setTimeout> | undefined
  let up = false
  const line = (isUp: boolean) => {
    up = isUp
    if (isUp) {
      clearTimeout(down)
      down = undefined
      if (view.line !== 'up') set({ line: 'up' })
      outbox.hurry()
    } else if (!navigator.onLine) set({ line: 'offline' })
    // Once: each failed try of the stream says it again.
    else down ??= setTimeout(() => set({ line: navigator.onLine ? 'down' : 'offline' }), 2500)
  }
  addEventListener('offline', () => line(false))
  addEventListener('online', () => {
    if (up) line(true)
    else set({ line: 'down' })
    outbox.hurry()
  })

  let known = () => {}
  const ready = new Promise<void>((resolve) => {
    known = resolve
  })
  const start = async (): Promise<void> => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
      try {
        await open()
        break
      } catch (error) {
        if (error instanceof Refusal && error.status === 404) {
          set({ status: 'not-found' })
          return
        }
        set({ status: 'retrying' })
        await new Promise((resolve) => setTimeout(resolve, wait))
      }
    }
    known()
    const unsent = kept.read().filter((item) => !shown(item.clientId))
    outbox.add(unsent.map((item) => ({ ...item, state: 'waiting' })))
    follow(slug, () => view.messages.at(-1)?.id ?? null, {
      message: (message) => take([message]),
      typing: (typing) => set({ typing }),
      owner: (owner) => set({ owner }),
      // The stream tries again by itself; this only refreshes what is shown.
      reset: () => void open().catch(() => undefined),
      line,
    })
    // Back from a sleeping phone, another tab or the page cache: see at once what was missed.
    let left = Date.now()
    const back = () => {
      if (document.visibilityState === 'hidden') left = Date.now()
      else if (Date.now() - left > 30_000) {
        left = Date.now()
        void open().catch(() => undefined)
      }
    }
    document.addEventListener('visibilitychange', back)
    addEventListener('pageshow', (event) => {
      if (event.persisted) void open().catch(() => undefined)
    })
  }
  takeLinks(slug, newId, ready)
  void start()

  const add = (what: Pending['what'], text: string): Pending => ({
    clientId: newId(),
    at: new Date().toISOString(),
    text,
    state: 'waiting',
    what,
  })
  let seenTold = ''
  let seenTimer: ReturnType<typeof setTimeout> | undefined
  return {
    slug,
    view: () => view,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    sendText: (text) => outbox.add([add({ kind: 'message', content: { kind: 'text', text } }, text)]),
    choose: (promptId, option) =>
      outbox.add([
        add(
          { kind: 'message', content: { kind: 'choice', promptId, optionId: option.id, label: option.label.slice(0, 200) } },
          option.label,
        ),
      ]),
    sendFiles: (files, caption) =>
      outbox.add(
        files.map((file, n) => {
          const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
          return add({ kind: 'file', file, preview, progress: 0 }, n === 0 ? caption : '')
        }),
      ),
    retry: outbox.retry,
    discard: outbox.discard,
    seen(id) {
      if (id <= seenTold || document.visibilityState !== 'visible') return
      seenTold = id
      clearTimeout(seenTimer)
      seenTimer = setTimeout(() => void markSeen(slug, id).catch(() => undefined), 3000)
    },
  }
}
