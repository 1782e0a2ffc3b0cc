/** What a visitor of the website may do: write, send a file, read their own conversation, follow it live. */
import type { Content } from '../core/engine/input.ts'
import { type AccountId, type ConversationId, FileId, Slug } from '../core/ids.ts'
import { cleanText } from '../core/text/clean.ts'
import type { Update } from '../ports/channel.ts'
import type { ChatLine, ChatPlace, ChatStore } from '../ports/chat-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Contents } from '../ports/content.ts'
import { DomainError } from '../ports/errors.ts'
import type { Events } from '../ports/events.ts'
import type { Files, KeptFile } from '../ports/files.ts'
import type { TurnStore } from '../ports/turn-store.ts'
import type { TurnRunner } from './turn-runner.ts'
import type { Typing } from './typing.ts'

export interface ChatVisitsDeps {
  contents: Contents
  runner: TurnRunner
  turns: TurnStore
  chats: ChatStore
  files: Files
  events: Events
  typing: Typing
  clock: Clock
  /** Web-chat account of an association. */
  account(association: Slug): AccountId | null
  /** The web chat's translation of what a page sent. */
  toUpdates(payload: { visitor: string; clientId: string; at: string; content: Content }): Update[]
  /** Bytes of one file. */
  fileLimit: number
  /** Sample values stand in for slots of this association. */
  sample(association: Slug): boolean
}

export interface ChatVisits {
  open(slug: string): { name: string; nameEn: string; sample: boolean; fileLimit: number }
  messages(slug: string, visitor: string, since: string | null): Promise<ChatLine[]>
  presence(slug: string, visitor: string): Promise<{ owner: 'bot' | 'staff'; typing: boolean }>
  receive(slug: string, visitor: string, update: { clientId: string; content: Content }): Promise<{ id: string }>
  keepFile(slug: string, visitor: string, stream: AsyncIterable<Uint8Array>, name: string | null): Promise<KeptFile>
  readFile(slug: string, visitor: string, id: string): Promise<{ mime: string; name: string | null; bytes: Buffer }>
  subscribe(
    slug: string,
    visitor: string,
    listener: (change: { kind: 'message' } | { kind: 'typing'; on: boolean } | { kind: 'owner'; owner: 'bot' | 'staff' }) => void,
  ): Promise<() => void>
}

export const createChatVisits = (deps: ChatVisitsDeps): ChatVisits => {
  const door = (slug: string): { association: Slug; account: AccountId } => {
    const parsed = Slug.safeParse(slug)
    const account = parsed.success ? deps.account(parsed.data) : null
    if (!parsed.success || !account) throw new DomainError('not-found', 'no such association')
    return { association: parsed.data, account }
  }
  const find = (slug: string, visitor: string): Promise<ChatPlace | null> => {
    const { association, account } = door(slug)
    return deps.chats.find(association, account, visitor)
  }
  const meet = async (slug: string, visitor: string): Promise<ChatPlace> => {
    const { association, account } = door(slug)
    const known = await deps.chats.find(association, account, visitor)
    if (known) return known
    await deps.turns.meet({ association, account, external: visitor, phone: null }, deps.clock.now().toISOString())
    const made = await deps.chats.find(association, account, visitor)
    if (!made) throw new Error('a contact was made and is not there')
    return made
  }
  return {
    open: (slug) => {
      const { association } = door(slug)
      const { name } = deps.contents.current(association).association
      return { name: name.ar, nameEn: name.en, sample: deps.sample(association), fileLimit: deps.fileLimit }
    },
    messages: async (slug, visitor, since) => {
      const place = await find(slug, visitor)
      return place ? deps.chats.lines(door(slug).association, place, since) : []
    },
    presence: async (slug, visitor) => {
      const place = await find(slug, visitor)
      return { owner: place?.owner ?? 'bot', typing: place ? deps.typing.is(place.conversation) : false }
    },
    receive: async (slug, visitor, { clientId, content }) => {
      const at = deps.clock.now().toISOString()
      const [update] = deps.toUpdates({ visitor, clientId, at, content: cleanContent(content) })
      if (!update) throw new DomainError('invalid-input', 'nothing to receive')
      const { id } = await deps.runner.receive({ ...door(slug), update })
      return { id }
    },
    keepFile: async (slug, visitor, stream, name) => {
      const { contact } = await meet(slug, visitor)
      return deps.files.keep({ association: door(slug).association, contact }, stream, name, deps.fileLimit)
    },
    readFile: async (slug, visitor, id) => {
      const place = await find(slug, visitor)
      const file = FileId.safeParse(id)
      if (!place || !file.success) throw new DomainError('not-found', 'no such file')
      const { info, contact, bytes } = await deps.files.read(door(slug).association, file.data)
      if (contact !== place.contact) throw new DomainError('not-found', 'no such file')
      return { mime: info.mime, name: info.name, bytes }
    },
    subscribe: async (slug, visitor, listener) => {
      let place = await find(slug, visitor)
      let owner = place?.owner ?? 'bot'
      const mine = async (conversation: ConversationId): Promise<boolean> => {
        place ??= await find(slug, visitor)
        return place?.conversation === conversation
      }
      const readAgain = async (): Promise<void> => {
        listener({ kind: 'message' })
        const now = (await find(slug, visitor))?.owner ?? 'bot'
        if (now !== owner) listener({ kind: 'owner', owner: now })
        owner = now
      }
      const stopEvents = deps.events.subscribe((event) => {
        const { kind } = event
        if (kind !== 'missed') {
          if (kind !== 'conversation' || event.association !== slug) return
          if (place && place.conversation !== event.conversation) return
        }
        void (kind === 'missed' ? readAgain() : mine(event.conversation).then((yes) => (yes ? readAgain() : undefined))).catch(
          () => undefined, // the next event or reconnect refetches
        )
      })
      const stopTyping = deps.typing.listen((conversation, on) => {
        if (place && place.conversation !== conversation) return
        // The first message makes the conversation: until then nobody knows whose it is.
        void mine(conversation)
          .then((yes) => (yes ? listener({ kind: 'typing', on }) : undefined))
          .catch(() => undefined)
      })
      return () => {
        stopEvents()
        stopTyping()
      }
    },
  }
}

/** Text of people is cleaned once, at the edge. */
export const cleanContent = (content: Content): Content => {
  switch (content.kind) {
    case 'text':
    case 'edit':
      return { ...content, text: cleanText(content.text) }
    case 'image':
    case 'document':
    case 'voice':
    case 'video':
      return { ...content, caption: content.caption === null ? null : cleanText(content.caption) }
    default:
      return content
  }
}
