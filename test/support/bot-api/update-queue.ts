/** The updates of one bot, from their making until they are confirmed or too old. */
import type { Update } from '@grammyjs/types'

export type UpdateKind = Exclude<keyof Update, 'update_id'>

/** One update and what became of it: a checker reads these. */
export interface Arrival {
  update: Update
  /** Deliveries of one line are made one after another (webhook). */
  line: string
  at: number
  expiresAt: number
  deliveries: number
  /** When the bot confirmed it: offset beyond it, or 2xx. */
  confirmedAt: number | null
}

export interface UpdateQueue {
  /** @returns its id, or 0 when the bot has not asked for this kind: then there is no such update */
  add(content: Omit<Update, 'update_id'>, line: string, lifeMs: number): number
  /** Not confirmed and not too old, oldest first. */
  pending(): Arrival[]
  pendingCount(): number
  confirm(id: number): Arrival | null
  /** Forgets everything below `id`. @returns those that were pending */
  confirmBelow(id: number): Arrival[]
  drop(): void
  allow(kinds: readonly UpdateKind[]): void
  allowed(): readonly UpdateKind[]
  /** Everything that ever was. */
  all(): readonly Arrival[]
  onAdd(listener: (arrival: Arrival) => void): void
}

/** Kinds a bot gets only when it names them. */
const onDemand: ReadonlySet<UpdateKind> = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export const createUpdateQueue = (now: () => number, firstId: number): UpdateQueue => {
  const waiting = new Map<number, Arrival>()
  const history: Arrival[] = []
  const listeners: ((arrival: Arrival) => void)[] = []
  let kinds: readonly UpdateKind[] = []
  let nextId = firstId

  const wants = (content: Omit<Update, 'update_id'>): boolean =>
    kinds.length > 0 ? kinds.some((kind) => content[kind] !== undefined) : ![...onDemand].some((kind) => content[kind] !== undefined)

  const confirm = (id: number): Arrival | null => {
    const arrival = waiting.get(id)
    if (!arrival) return null
    waiting.delete(id)
    arrival.confirmedAt = now()
    return arrival
  }

  return {
    add: (content, line, lifeMs) => {
      if (!wants(content)) return 0
      const at = now()
      const arrival: Arrival = {
        update: { update_id: nextId++, ...content },
        line,
        at,
        expiresAt: at + lifeMs,
        deliveries: 0,
        confirmedAt: null,
      }
      waiting.set(arrival.update.update_id, arrival)
      history.push(arrival)
      for (const listener of listeners) listener(arrival)
      return arrival.update.update_id
    },
    pending: () => {
      const time = now()
      for (const [id, { expiresAt }] of waiting) if (expiresAt <= time) waiting.delete(id)
      return [...waiting.values()]
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
    drop: () => waiting.clear(),
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
