/**
 * Server-sent events of the desk: ids only, so that authorisation stays with the refetch. A stream that
 * comes back with Last-Event-ID gets what it missed, or `reset` when that is no longer known.
 */
import { randomUUID } from 'node:crypto'
import type { Slug } from '../../core/ids.ts'
import type { Event } from '../../ports/events.ts'
import type { DeskEvent } from '../contract.ts'
import type { EventStream } from '../sse.ts'

/** Events kept for streams that come back: minutes of a busy association. */
const kept = 512

interface Client {
  session: string
  stream: EventStream
}
interface Hub {
  /** Changes with each start and each loss, so that an id from before is recognised as unknown. */
  boot: string
  seq: number
  ring: { seq: number; data: DeskEvent }[]
  clients: Set<Client>
  stop: () => void
}

export interface EventStreams {
  add(association: Slug, client: Client): void
  /** The member signed out: the page finds that out when it comes back. */
  endSession(session: string): void
  endAll(): void
}

const dataOf = (event: Exclude<Event, { kind: 'missed' }>): DeskEvent => {
  switch (event.kind) {
    case 'conversation':
      return { kind: 'conversation', id: event.conversation }
    case 'request':
      return { kind: 'request', id: event.request }
    default:
      return event satisfies never
  }
}

const newBoot = (): string => randomUUID().slice(0, 8)

export const createEventStreams = (subscribe: (association: Slug, listener: (event: Event) => void) => () => void): EventStreams => {
  const hubs = new Map<Slug, Hub>()

  const hubOf = (association: Slug): Hub => {
    const known = hubs.get(association)
    if (known !== undefined) return known
    const hub: Hub = { boot: newBoot(), seq: 0, ring: [], clients: new Set(), stop: () => {} }
    hub.stop = subscribe(association, (event) => {
      if (event.kind === 'missed') {
        // Nobody knows what was lost: the ids so far are no basis any more.
        hub.boot = newBoot()
        hub.ring = []
        for (const client of hub.clients) client.stream.send('reset', {}, `${hub.boot}-${hub.seq}`)
        return
      }
      if (event.association !== association) return
      hub.seq += 1
      const data = dataOf(event)
      hub.ring.push({ seq: hub.seq, data })
      if (hub.ring.length > kept) hub.ring.shift()
      for (const client of hub.clients) client.stream.send('change', data, `${hub.boot}-${hub.seq}`)
    })
    hubs.set(association, hub)
    return hub
  }

  return {
    add(association, client) {
      const hub = hubOf(association)
      // Added before the replay, all in one tick: nothing falls between.
      hub.clients.add(client)
      client.stream.onClose(() => hub.clients.delete(client))
      const [boot, last] = (client.stream.lastEventId ?? '').split('-')
      const seen = Number(last)
      const oldest = hub.ring[0]?.seq ?? hub.seq + 1
      if (boot === hub.boot && seen >= oldest - 1) {
        for (const { seq, data } of hub.ring) if (seq > seen) client.stream.send('change', data, `${hub.boot}-${seq}`)
      } else {
        client.stream.send('reset', {}, `${hub.boot}-${hub.seq}`)
      }
    },
    endSession(session) {
      for (const hub of hubs.values()) for (const client of hub.clients) if (client.session === session) client.stream.end()
    },
    endAll() {
      for (const hub of hubs.values()) {
        hub.stop()
        for (const client of hub.clients) client.stream.end()
      }
      hubs.clear()
    },
  }
}
