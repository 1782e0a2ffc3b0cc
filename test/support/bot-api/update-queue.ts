/** The updates of one bot, from their making until they are confirmed or too old. */
import type { Update } from '@grammyjs/types'

export type UpdateKind = Exclude<keyof Update, 'update_id'>

/** One update and what became of it: a checker reads these. */
export interface Arrival {
  update: Update
  /** Deliveries of one line are made one after another (webhook). */
  line: string
  /** Milliseconds since the epoch, as all times here. */
  at: number
  expiresAt: number
  deliveries: number
  /** When the bot confirmed it: an offset beyond it, or 2xx. */
  confirmedAt: number | null
  /** When it was given up: too old, or dropped at the bot's wish. */
  lostAt: number | null
}

export interface UpdateQueue {
  /** @returns its id, or 0 when the bot has not asked for this kind: then there is no such update */
  add(content: Omit<Update, 'update_id'>, line: string, lifeMs: number): number
  /** Neither confirmed nor too old, oldest first, beginning at id `from`. */
  pending(from?: number, limit?: number): Arrival[]
  pendingCount(): number
  confirm(id: number): Arrival | null
  /** Forgets everything below `id`. @returns those that were pending */
  confirmBelow(id: number): Arrival[]
  lose(id: number): void
  drop(): void
  allow(kinds: readonly UpdateKind[]): void
  allowed(): readonly UpdateKind[]
  /** Everything that ever was. */
  all(): readonly Arrival[]
  onAdd(listener: (arrival: Arrival) => void): void
}

/** Kinds a bot gets only when it names them. */
const onDemand: readonly UpdateKind[] = ['chat_member', 'message_reaction', 'message_reaction_count']

export const createUpdateQueue = (now: () => number, firstId: number): UpdateQueue => {
  const waiting = new Map<number, Arrival>()
  const history: Arrival[] = []
  const listeners: ((arrival: Arrival) => void)[] = []
  let kinds: readonly UpdateKind[] = []
  let nextId = firstId

  const wants = (content: Omit<Update, 'update_id'>): boolean =>
    kinds.length > 0 ? kinds.some((kind) => content[kind] !== undefined) : !onDemand.some((kind) => content[kind] !== undefined)

  const confirm = (id: number): Arrival | null => {
    const arrival = waiting.get(id)
    if (!arrival) return null
    waiting.delete(id)
    arrival.confirmedAt = now()
    return arrival
  }

  const lose = (id: number): void => {
    const arrival = waiting.get(id)
    if (arrival) arrival.lostAt = now()
    waiting.delete(id)
  }

  return {
    add: (content, line, lifeMs) => {
      if (!wants(content)) return 0
      const at = now()
      const id = nextId++
      const arrival: Arrival = {
        update: { update_id: id, ...content },
        line,
        at,
        expiresAt: at + lifeMs,
        deliveries: 0,
        confirmedAt: null,
        lostAt: null,
      }
      waiting.set(id, arrival)
      history.push(arrival)
      for (const listener of listeners) listener(arrival)
      return id
    },
    pending: (from = 0, limit = Number.POSITIVE_INFINITY) => {
      const time = now()
      const found: Arrival[] = []
      for (const [id, arrival] of waiting) {
        if (found.length === limit) break
        if (arrival.expiresAt <= time) lose(id)
        else if (id >= from) found.push(arrival)
      }
      return found
    },
    pendingCount: () => waiting.size,
    confirm,
    // Ids grow, and so does the map: the first that is not below ends it.
    confirmBelow: (limit) => {
      const gone: Arrival[] = []
      for (const id of waiting.keys()) {
        if (id >= limit) break
        const arrival = confirm(id)
        if (arrival) gone.push(arrival)
      }
      return gone
    },
    lose,
    drop: () => {
      for (const id of waiting.keys()) lose(id)
    },
    allow: (wanted) => {
      kinds = wanted
    },
    allowed: () => kinds,
    all: () => history,
    onAdd: (listener) => {
      listeners.push(listener)
    },
  }
}
