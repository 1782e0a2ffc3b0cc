/** After-commit events and typing marks: inside the process, and through the bus to the others when there is one. */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { createTyping, type Typing } from '../app/typing.ts'
import { ConversationId, RequestId, Slug } from '../core/ids.ts'
import type { Bus } from '../platform/redis-bus.ts'
import type { Event, Events } from '../ports/events.ts'

/** Ids only: authorisation stays with the refetch, and Redis learns nothing of anybody. */
const Told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('conversation'), association: Slug, conversation: ConversationId }),
  z.object({ kind: z.literal('request'), association: Slug, request: RequestId }),
  z.object({ kind: z.literal('typing'), conversation: ConversationId, on: z.boolean() }),
])
type Told = z.infer<typeof Told>

export interface Signals {
  events: Events
  typing: Typing
}

/** While Redis is away every open page is read again each time: so many at once, then a pause. */
const readAgain = { pages: 20, pauseMs: 50 }

export const createSignals = (bus: Bus | null = null): Signals => {
  const listeners = new Set<(event: Event) => void>()
  const typing = createTyping()
  const tellHere = (event: Event): void => {
    for (const listener of [...listeners]) listener(event)
  }

  /** Whoever has yet to read again, longest first: those that have read since the line was lost, too, when it is lost once more. */
  const behind = new Set<(event: Event) => void>()
  let telling = false
  const tellMissed = async (): Promise<void> => {
    for (const listener of listeners) behind.add(listener)
    if (telling) return
    telling = true
    while (behind.size > 0) {
      for (const listener of [...behind].slice(0, readAgain.pages)) {
        behind.delete(listener)
        listener({ kind: 'missed' })
      }
      await setTimeout(readAgain.pauseMs)
    }
    telling = false
  }

  bus?.onMissed(() => void tellMissed())
  bus?.onMessage((message) => {
    // Of another version, perhaps, that knows more kinds.
    const told = Told.safeParse(message)
    if (!told.success) return
    if (told.data.kind === 'typing') typing.set(told.data.conversation, told.data.on)
    else tellHere(told.data)
  })

  return {
    events: {
      publish: (event) => {
        tellHere(event)
        if (event.kind !== 'missed') bus?.publish(event satisfies Told)
      },
      subscribe: (listener) => {
        // One of its own for each, also when the same function is given twice.
        const tell = (event: Event): void => listener(event)
        listeners.add(tell)
        return () => {
          listeners.delete(tell)
          behind.delete(tell)
        }
      },
    },
    typing: {
      ...typing,
      set: (conversation, on) => {
        if (typing.is(conversation) === on) return
        typing.set(conversation, on)
        bus?.publish({ kind: 'typing', conversation, on } satisfies Told)
      },
    },
  }
}
