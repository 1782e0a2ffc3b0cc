/** The page's stream: replays what it missed, then each message as it is stored. */
import type { EventStream } from '../sse.ts'
import type { ChatUseCases } from './use-cases.ts'

/** More than this missed at once: the page is told to open again instead. */
const replayLimit = 500
/**
 * Messages may become readable in another order than their ids were made in (two commits, a send that
 * was tried again). So far back is read again at each bell; what comes later still, the next opening shows.
 */
const overlapMs = 5 * 60_000

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** @returns an id somewhat older than a UUIDv7: what is asked again so that no late commit is missed. */
export const shortlyBefore = (id: string | null): string | null => {
  if (id === null || !uuid7.test(id)) return id
  const at = Math.max(0, Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - overlapMs)
  const hex = at.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

/**
 * Subscribes first and replays afterwards, so that nothing falls between; ids already sent are dropped.
 * @param since last message the page has; null replays all
 */
export const streamMessages = async (
  chat: ChatUseCases,
  slug: string,
  visitor: string,
  stream: EventStream,
  since: string | null,
): Promise<void> => {
  const sent = new Set<string>(since === null ? [] : [since])
  let newest = since
  let running: Promise<void> | null = null
  let again = false

  const drain = async () => {
    do {
      again = false
      const missed = (await chat.messages(slug, visitor, shortlyBefore(newest))).filter((message) => !sent.has(message.id))
      const tooMany = missed.length > replayLimit
      for (const message of missed) {
        sent.add(message.id)
        if (newest === null || message.id > newest) newest = message.id
        if (!tooMany) stream.send('message', message, message.id)
      }
      if (tooMany) stream.send('reset', {}, newest ?? undefined)
    } while (again && !stream.closed)
  }
  /** One reading at a time; a bell during it makes one more. A failed reading cuts the line: the page comes back. */
  const catchUp = (): Promise<void> => {
    again = true
    running ??= drain()
      .catch(() => stream.end())
      .finally(() => {
        running = null
      })
    return running
  }

  const leave = await chat.subscribe(slug, visitor, (change) => {
    switch (change.kind) {
      case 'message':
        void catchUp()
        return
      case 'typing':
        // After the messages that are on their way, so that the dots do not outlive the answer.
        void (running ?? Promise.resolve()).then(() => stream.send('typing', { on: change.on }))
        return
      case 'owner':
        stream.send('owner', { owner: change.owner })
        return
      default:
        change satisfies never
    }
  })
  stream.onClose(leave)
  await catchUp()
  const presence = await chat.presence(slug, visitor)
  stream.send('owner', { owner: presence.owner })
  stream.send('typing', { on: presence.typing })
}
