/** Takes messages from the outbox to their channel, in order per conversation, and settles how it went. */
import type { ConversationId, Slug } from '../core/ids.ts'
import { type Channel, type ChannelKind, sendFailures } from '../ports/channel.ts'
import type { Clock } from '../ports/clock.ts'
import type { Lease, OutboxStore, Settlement } from '../ports/outbox-store.ts'

const leaseMs = 30_000
/** Rows leased in one call. */
const batch = 64
/** Tries before a retryable failure becomes final. */
const mostAttempts = 8

export interface DeliverDeps {
  outbox: OutboxStore
  /** The adapter of an account; null while it is not connected here. */
  channel(lease: Lease): Channel | null
  clock: Clock
  log: {
    send(line: { association: Slug; conversation: ConversationId; channel: ChannelKind; outcome: string; ms: number }): void
    failure(error: unknown): void
  }
  /** Delivery states changed: pages refetch. */
  settled(of: { association: Slug; conversation: ConversationId }): void
}

export interface Deliverer {
  /** Wakes the sender for one conversation. */
  wake(of: { association: Slug; conversation: ConversationId }): void
  /** Sends whatever is due, also what a crash left. */
  sweep(): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export const createDeliverer = (deps: DeliverDeps): Deliverer => {
  const wanted = new Map<string, { association: Slug; conversation: ConversationId }>()
  let working: Promise<void> | null = null

  const sendOne = async (lease: Lease): Promise<Settlement & { association: Slug }> => {
    const started = performance.now()
    const channel = deps.channel(lease)
    const result = channel
      ? await channel
          .send({ external: lease.external }, lease.message, lease.id)
          .catch(() => ({ ok: false as const, failure: 'timeout' as const, retryAfterMs: null }))
      : { ok: false as const, failure: 'unreachable' as const, retryAfterMs: null }
    const { association, conversation } = lease
    const outcome = result.ok ? 'sent' : result.failure
    deps.log.send({ association, conversation, channel: lease.channel, outcome, ms: performance.now() - started })
    const base = { association, id: lease.id, attempt: lease.attempt }
    if (result.ok) return { ...base, state: 'sent', externalId: result.externalId }
    const spec = sendFailures[result.failure]
    if (!spec.certain) return { ...base, state: 'uncertain', failure: result.failure }
    if (!spec.retryable || lease.attempt >= mostAttempts) return { ...base, state: 'failed', failure: result.failure }
    const wait = result.retryAfterMs ?? Math.min(60_000, 500 * 2 ** lease.attempt)
    return { ...base, state: 'queued', failure: result.failure, retryAt: new Date(deps.clock.now().getTime() + wait).toISOString() }
  }

  const sendLeased = async (leases: Lease[]): Promise<void> => {
    const settlements = await Promise.all(leases.map(sendOne))
    await deps.outbox.settle(settlements)
    for (const { association, conversation } of leases) deps.settled({ association, conversation })
  }

  const work = async (): Promise<void> => {
    while (wanted.size > 0) {
      const conversations = [...wanted.values()].slice(0, batch)
      for (const { conversation } of conversations) wanted.delete(conversation)
      const leases = await deps.outbox.lease({ conversations }, batch, leaseMs)
      if (leases.length === 0) continue
      await sendLeased(leases)
      // The next message of each waits behind the one just sent.
      for (const { association, conversation } of leases) wanted.set(conversation, { association, conversation })
    }
  }

  const start = (): void => {
    working ??= work()
      .catch((error) => deps.log.failure(error))
      .finally(() => {
        working = null
        if (wanted.size > 0) start()
      })
  }

  return {
    wake: (of) => {
      wanted.set(of.conversation, of)
      start()
    },
    sweep: async () => {
      const leases = await deps.outbox.lease({ due: true }, batch, leaseMs)
      await sendLeased(leases)
      for (const { association, conversation } of leases) wanted.set(conversation, { association, conversation })
      if (wanted.size > 0) start()
    },
    idle: async () => {
      while (working) await working
    },
  }
}
