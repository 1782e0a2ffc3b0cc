/** ChatUseCases in memory: a scripted bot behind the real HTTP server and pages. Keeps what a store would. */

import { v7 as uuid7 } from 'uuid'
import type { Content } from '../../src/core/engine/input.ts'
import { FileId } from '../../src/core/ids.ts'
import type { ChatChange, ChatUseCases } from '../../src/http/chat/use-cases.ts'
import type { ChatMessage } from '../../src/http/contract.ts'
import { DomainError } from '../../src/ports/errors.ts'
import type { FileInfo } from '../../src/ports/files.ts'

/** What the bot says to a text; the first that matches. */
export interface Reply {
  text: string
  options?: string[]
  layout?: 'list' | 'scale'
  language?: 'ar' | 'en'
}

export interface FakeChatOptions {
  /** @returns what is said back; by default the words themselves */
  answer?: (said: string, content: Content) => Reply[]
  /** Milliseconds of typing dots before an answer. */
  delayMs?: number
  fileLimit?: number
  sample?: boolean
}

interface Thread {
  messages: ChatMessage[]
  files: Map<string, { info: FileInfo; bytes: Buffer }>
  listeners: Set<(change: ChatChange) => void>
  owner: 'bot' | 'staff'
  typing: boolean
}

export interface FakeChat extends ChatUseCases {
  readonly threads: Map<string, Thread>
  /** Contents received, in order, of all visitors. */
  readonly received: { visitor: string; clientId: string; content: Content }[]
  readonly seenIds: string[]
  /** Staff take over and write, or hand back. */
  setOwner(owner: 'bot' | 'staff'): void
  say(from: 'bot' | 'staff', reply: Reply, staff?: string): void
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Knows one association, `masakin`. */
export const createFakeChat = (options: FakeChatOptions = {}): FakeChat => {
  const threads = new Map<string, Thread>()
  const received: FakeChat['received'] = []
  const seenIds: string[] = []
  const limit = options.fileLimit ?? 10 * 1024 * 1024

  const threadOf = (visitor: string): Thread => {
    const known = threads.get(visitor)
    if (known) return known
    const thread: Thread = { messages: [], files: new Map(), listeners: new Set(), owner: 'bot', typing: false }
    threads.set(visitor, thread)
    return thread
  }
  const tell = (thread: Thread, change: ChatChange) => {
    for (const listener of [...thread.listeners]) listener(change)
  }
  const add = (thread: Thread, message: Partial<ChatMessage> & Pick<ChatMessage, 'from' | 'text'>): ChatMessage => {
    const whole: ChatMessage = {
      id: uuid7(),
      at: new Date().toISOString(),
      language: 'ar',
      options: [],
      promptId: null,
      layout: 'list',
      staff: null,
      file: null,
      clientId: null,
      ...message,
    }
    thread.messages.push(whole)
    tell(thread, { kind: 'message' })
    return whole
  }
  const addReply = (thread: Thread, from: 'bot' | 'staff', reply: Reply, staff: string | null) =>
    add(thread, {
      from,
      text: reply.text,
      staff,
      language: reply.language ?? 'ar',
      layout: reply.layout ?? 'list',
      promptId: reply.options ? uuid7() : null,
      options: (reply.options ?? []).map((label, n, all) => ({
        id: `o${n + 1}`,
        n: reply.layout === 'scale' ? all.length - n : n + 1,
        label,
      })),
    })
  const typing = (thread: Thread, on: boolean) => {
    thread.typing = on
    tell(thread, { kind: 'typing', on })
  }
  const wordsOf = (thread: Thread, content: Content): string => {
    if (content.kind === 'text') return content.text
    if (content.kind === 'choice')
      return (
        thread.messages.find((message) => message.promptId === content.promptId)?.options.find((option) => option.id === content.optionId)
          ?.label ?? ''
      )
    return 'caption' in content ? (content.caption ?? '') : ''
  }
  const open = (slug: string) => {
    if (slug !== 'masakin') throw new DomainError('not-found')
    return { name: 'جمعية مساكن', nameEn: 'Masakin Association', sample: options.sample ?? true, fileLimit: limit }
  }

  return {
    threads,
    received,
    seenIds,
    open,
    async messages(_slug, visitor, since) {
      return threadOf(visitor).messages.filter((message) => since === null || message.id > since)
    },
    async presence(_slug, visitor) {
      const { owner, typing } = threadOf(visitor)
      return { owner, typing }
    },
    async receive(_slug, visitor, { clientId, content }) {
      const thread = threadOf(visitor)
      const known = thread.messages.find((message) => message.clientId === clientId)
      if (known) return { id: known.id }
      received.push({ visitor, clientId, content })
      const file = 'file' in content && content.file.id !== null ? (thread.files.get(content.file.id)?.info ?? null) : null
      const text = wordsOf(thread, content)
      const { id } = add(thread, { from: 'me', text, clientId, file })
      void (async () => {
        const replies = thread.owner === 'staff' ? [] : (options.answer?.(text, content) ?? [{ text }])
        if (replies.length === 0) return
        typing(thread, true)
        await pause(options.delayMs ?? 0)
        for (const reply of replies) addReply(thread, 'bot', reply, null)
        typing(thread, false)
      })()
      return { id }
    },
    async keepFile(_slug, visitor, stream, name) {
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of stream) {
        size += chunk.byteLength
        if (size > limit) return { ok: false, problem: 'too-large', size, name }
        chunks.push(chunk)
      }
      const bytes = Buffer.concat(chunks)
      const mime = bytes.subarray(1, 4).toString('latin1') === 'PNG' ? 'image/png' : 'application/pdf'
      const info: FileInfo = { id: FileId.parse(uuid7()), mime, size, name }
      threadOf(visitor).files.set(info.id, { info, bytes })
      return { ok: true, file: info }
    },
    async readFile(_slug, visitor, id) {
      const file = threadOf(visitor).files.get(id)
      if (!file) throw new DomainError('not-found')
      return { mime: file.info.mime, name: file.info.name, bytes: file.bytes }
    },
    async seen(_slug, _visitor, id) {
      seenIds.push(id)
    },
    async subscribe(_slug, visitor, listener) {
      const { listeners } = threadOf(visitor)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setOwner(owner) {
      for (const thread of threads.values()) {
        thread.owner = owner
        tell(thread, { kind: 'owner', owner })
      }
    },
    say(from, reply, staff) {
      for (const thread of threads.values()) addReply(thread, from, reply, from === 'staff' ? (staff ?? null) : null)
    },
  }
}
