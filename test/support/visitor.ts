/** A visitor of the web chat, speaking HTTP as the page does. */
import { randomUUID } from 'node:crypto'
import type { ChatMessage, ChatOpen } from '../../src/http/contract.ts'

export interface Visitor {
  /** The same person at another address of the server. */
  at(origin: string): Visitor
  open(): Promise<ChatOpen>
  say(text: string): Promise<void>
  choose(message: ChatMessage, option: string): Promise<void>
  upload(bytes: Uint8Array, name: string, type: string): Promise<Response>
  /** Resolves with the bot's or staff's newest message after `count` of them were seen. */
  answer(): Promise<ChatMessage>
}

export const createVisitor = (origin: string, slug = 'masakin'): Visitor => {
  let cookie = ''
  let answers = 0
  let api = `${origin}/api/chat/${slug}`
  let from = origin
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${api}${path}`, { ...init, headers: { ...init.headers, cookie, origin: from } })
    const set = response.headers.getSetCookie().map((value) => value.split(';')[0])
    if (set.length > 0) cookie = set.join('; ')
    return response
  }
  const open = async (): Promise<ChatOpen> => {
    const response = await request('')
    if (!response.ok) throw new Error(`open: ${response.status}`)
    return (await response.json()) as ChatOpen // the server's own contract
  }
  const post = async (content: unknown): Promise<void> => {
    if (cookie === '') await open()
    const response = await request('/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ clientId: randomUUID(), content }),
    })
    if (response.status !== 202) throw new Error(`send: ${response.status} ${await response.text()}`)
  }
  const visitor: Visitor = {
    at: (other) => {
      from = other
      api = `${other}/api/chat/${slug}`
      return visitor
    },
    open,
    say: (text) => post({ kind: 'text', text }),
    choose: (message, option) => {
      const shown = message.options.find(({ id }) => id === option)
      return post({ kind: 'choice', promptId: message.promptId, optionId: option, label: shown?.label ?? '' })
    },
    upload: async (bytes, name, type) => {
      if (cookie === '') await open()
      const form = new FormData()
      form.append('clientId', randomUUID())
      form.append('file', new Blob([new Uint8Array(bytes)], { type }), name)
      return request('/files', { method: 'POST', body: form })
    },
    answer: async () => {
      for (let tries = 0; tries < 400; tries += 1) {
        const theirs = (await open()).messages.filter(({ from }) => from !== 'me')
        if (theirs.length > answers) {
          answers = theirs.length
          const last = theirs.at(-1)
          if (last) return last
        }
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      throw new Error('no answer')
    },
  }
  return visitor
}
