/** The association's website as a channel: what is sent stands in the store, and the open pages are told. */
import type { Content } from '../../core/engine/input.ts'
import type { AbstractMessage, Capabilities, Channel } from '../../ports/channel.ts'

const capabilities: Capabilities = {
  buttons: 6,
  textLength: 65_536,
  fileSize: 10 * 1024 * 1024,
  window: { text: 1500, media: 4000 },
  pace: null,
}

/** One message on its way to a visitor's open pages. */
export interface Delivery {
  external: string
  id: string
  message: AbstractMessage
}

/** What a page sent. `visitor` is its cookie's secret, `clientId` the page's UUID. */
export interface WebChatPayload {
  visitor: string
  clientId: string
  at: string
  content: Content
}

export interface WebChatChannel extends Channel<WebChatPayload> {
  readonly kind: 'web-chat'
  /** @returns a function that ends it. Listeners are told in order; one that throws is its caller's bug. */
  listen(external: string, listener: (delivery: Delivery) => void): () => void
}

/**
 * `send` never fails: a visitor without an open page reads the message from the store at the next
 * visit, so a message counts as sent once it may be read.
 */
export const createWebChatChannel = (): WebChatChannel => {
  const listeners = new Map<string, Set<(delivery: Delivery) => void>>()
  return {
    kind: 'web-chat',
    capabilities,
    async send(to, message, id) {
      for (const listener of listeners.get(to.external) ?? []) listener({ external: to.external, id, message })
      return { ok: true, externalId: id }
    },
    listen(external, listener) {
      const own = listeners.get(external) ?? new Set()
      listeners.set(external, own.add(listener))
      return () => {
        own.delete(listener)
        if (own.size === 0 && listeners.get(external) === own) listeners.delete(external)
      }
    },
    toUpdates: ({ visitor, clientId, at, content }) => [{ external: visitor, externalId: clientId, at, content, phone: null }],
  }
}
