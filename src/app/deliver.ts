/** Takes messages from the outbox to their channel, in order per conversation, and settles how it went. */
import type { AccountId, ConversationId, Slug } from '../core/ids.ts'
import type { Channel, ChannelKind, SendFailure, SendResult } from '../ports/channel.ts'
import type { Clock } from '../ports/clock.ts'
import type { Lease, Leased, OutboxStore, Place, Settlement } from '../ports/outbox-store.ts'
import { isUnavailable } from '../ports/unavailable.ts'
import { createAccountWatch } from './account-trouble.ts'
import { createAlarms } from './alarms.ts'
import { isAmbiguous, isAwaited, isVain, judgeSend } from './judge-send.ts'

const leaseMs = 30_000
/** An adapter that has not answered by then will not be heard in time: its lease would run out. */
const patienceMs = 25_000
/** Rows leased in one call. */
const batch = 64
/** Messages under way in this process: a channel that hangs must not take the others with it. */
const mostFlying = 1_024
/** Of one account whose pace is counted. */
const mostFlyingOfAccount = 128
/** Before a lease that failed is asked for again. */
const againMs = 500
/** Marks that the database would not take are kept and offered again; whoever is asked to stop offers them for so long, ms. */
const settleForMs = 60_000

export interface DeliverDeps {
  outbox: OutboxStore
  /** The adapter of an account; null while it is not connected here. */
  channel(of: Pick<Lease, 'account' | 'channel'>): Channel | null
  clock: Clock
  log: {
    send(line: { association: Slug; conversation: ConversationId; channel: ChannelKind; outcome: string; ms: number }): void
    failure(error: unknown): void
    /** Nobody knows whether a message arrived. */
    ambiguous(line: { channel: ChannelKind }): void
    /** An account needs an operator: at most one line a minute. */
    account(line: { association: Slug; account: AccountId; channel: ChannelKind; failure: SendFailure }): void
  }
  /** Delivery states changed: pages refetch. */
  settled(of: Place): void
}

export interface Deliverer {
  /**
   * Wakes the sender for one conversation.
   * @param awaited false: nobody waits for it; goes after those for whom somebody does
   */
  wake(of: Place, awaited?: boolean): void
  /** @returns for how many ms a message may be leased with its turn; null when this process would not send it at once */
  ready(of: Pick<Lease, 'account' | 'channel'>): number | null
  /** Leased with its turn. */
  send(lease: Lease): void
  /** Nobody knows whether its turn was committed, and nothing was sent: if it was leased, it goes back into its line. */
  giveBack(lease: Lease): void
  /** Takes up whatever is due, also what a crash left. Resolves when it is under way. */
  sweep(): Promise<void>
  /** Resolves when nothing is under way. What waits for its time is not. */
  idle(): Promise<void>
  /** Takes up nothing more; resolves when nothing is under way. */
  stop(): Promise<void>
}

type Line = Place & { awaited: boolean }

export const createDeliverer = (deps: DeliverDeps): Deliverer => {
  const awaited = new Map<ConversationId, Place>()
  const begun = new Map<ConversationId, Place>()
  const accounts = new Set<AccountId>()
  /** From the lease until the mark is settled: one message of a line at a time. */
  const flying = new Map<ConversationId, Lease>()
  /** Woken while one of their messages was under way. */
  const called = new Map<ConversationId, Line>()
  const running = new Set<Promise<void>>()
  const watch = createAccountWatch()
  let done: { lease: Lease; mark: Settlement }[] = []
  let asking: Promise<void> | null = null
  let settling: Promise<void> | null = null
  let accountsNext = false
  let stopped = false

  const wake = ({ association, conversation }: Place, isWaitedFor: boolean): void => {
    if (stopped) return
    if (flying.has(conversation)) {
      // Asked for again when that has landed.
      called.set(conversation, { association, conversation, awaited: isWaitedFor || called.get(conversation)?.awaited === true })
      return
    }
    if (isWaitedFor) begun.delete(conversation)
    else if (awaited.has(conversation)) return
    const queue = isWaitedFor ? awaited : begun
    queue.set(conversation, { association, conversation })
    ask()
  }

  const alarms = createAlarms<{ account: AccountId } | Line>((what) => {
    if (!('account' in what)) return wake(what, what.awaited)
    accounts.add(what.account)
    ask()
  })
  const wakeIn = (ms: number, line: Line): void => alarms.set(line.conversation, ms, line)

  const sendOne = async (lease: Lease): Promise<void> => {
    const started = performance.now()
    const channel = deps.channel(lease)
    const result = isVain(lease)
      ? { ok: false as const, failure: 'blocked' as const, retryAfterMs: null }
      : channel && (await within(patienceMs, () => channel.send({ external: lease.external }, lease.message, lease.id)))
    const { association, conversation, account, channel: kind } = lease
    const outcome = result === null ? 'absent' : result.ok ? 'sent' : result.failure
    deps.log.send({ association, conversation, channel: kind, outcome, ms: performance.now() - started })
    if (isAmbiguous(result)) deps.log.ambiguous({ channel: kind })
    if (result !== null && !isVain(lease)) {
      const { pauseMs, alert } = watch.note(lease, result, performance.now())
      if (alert) deps.log.account({ association, account, channel: kind, failure: alert })
      if (pauseMs !== null) await deps.outbox.pause(account, pauseMs).catch((error) => deps.log.failure(error))
    }
    done.push({ lease, mark: judgeSend(lease, result, deps.clock.now().toISOString()) })
    settle()
  }

  const settleAll = async (): Promise<void> => {
    while (done.length > 0) {
      const landed = done
      done = []
      const behind = await settleSurely(landed.map(({ mark }) => mark)).then(
        (conversations) => new Set(conversations),
        (error) => {
          deps.log.failure(error)
          return null
        },
      )
      for (const { lease, mark } of landed) {
        const { association, conversation } = lease
        // Another of the same line may have left with a turn since the row was settled.
        if (flying.get(conversation) === lease) flying.delete(conversation)
        deps.settled({ association, conversation })
        const line = called.get(conversation) ?? { association, conversation, awaited: isAwaited(lease.class) }
        const isCalled = called.delete(conversation)
        if (mark.state === 'queued' && mark.waitMs > 0) wakeIn(mark.waitMs + 1, line)
        else if (isCalled || behind === null || behind.has(conversation)) wake(line, line.awaited)
      }
      ask()
    }
  }

  /** A mark that is lost makes a doubt of what we know: while the database is away it waits here. */
  const settleSurely = async (marks: Settlement[]): Promise<ConversationId[]> => {
    const until = performance.now() + settleForMs
    for (let waitMs = 50; ; waitMs = Math.min(1_000, waitMs * 2)) {
      try {
        return await deps.outbox.settle(marks)
      } catch (error) {
        if (!isUnavailable(error) || (stopped && performance.now() > until)) throw error
        if (waitMs === 50) deps.log.failure(error)
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
  }

  const settle = (): void => {
    settling ??= settleAll().finally(() => {
      settling = null
      if (done.length > 0) settle()
    })
  }

  const fly = (lease: Lease): void => {
    flying.set(lease.conversation, lease)
    const sending = sendOne(lease).catch((error) => {
      if (flying.get(lease.conversation) === lease) flying.delete(lease.conversation)
      deps.log.failure(error)
    })
    running.add(sending)
    void sending.then(() => running.delete(sending))
  }

  const take = ({ leases, waits, lapsed }: Leased): void => {
    for (const lease of leases) fly(lease)
    for (const wait of waits) {
      if ('account' in wait) alarms.set(wait.account, wait.ms, { account: wait.account })
      else wakeIn(wait.ms, { ...wait, awaited: true })
    }
    for (const { association, conversation, channel } of lapsed) {
      deps.log.ambiguous({ channel })
      deps.settled({ association, conversation })
    }
  }

  const flyingOf = (account: AccountId): number => {
    let count = 0
    for (const lease of flying.values()) if (lease.account === account) count += 1
    return count
  }

  const gather = (queue: Map<ConversationId, Place>): { conversations: Place[] } | null => {
    const conversations: Place[] = []
    for (const [conversation, place] of queue) {
      if (conversations.length === batch) break
      queue.delete(conversation)
      if (!flying.has(conversation)) conversations.push(place)
    }
    return conversations.length > 0 ? { conversations } : null
  }

  const gatherAccount = (): { account: AccountId } | null => {
    for (const account of accounts) {
      accounts.delete(account)
      if (flyingOf(account) < mostFlyingOfAccount) return { account }
      alarms.set(account, 100, { account })
    }
    return null
  }

  /** Those whom somebody waits for first; accounts whose time has come take turns with them. */
  const next = () => {
    accountsNext = !accountsNext
    return (accountsNext ? gatherAccount() : null) ?? gather(awaited) ?? gatherAccount() ?? gather(begun)
  }

  /** @returns false when the database would not answer: what was asked for is asked for again, a little later */
  const askAll = async (): Promise<boolean> => {
    while (!stopped && flying.size < mostFlying) {
      const wanted = next()
      if (!wanted) return true
      try {
        take(await deps.outbox.lease(wanted, batch, leaseMs))
      } catch (error) {
        deps.log.failure(error)
        if ('account' in wanted) alarms.set(wanted.account, againMs, wanted)
        else for (const place of wanted.conversations) wakeIn(againMs, { ...place, awaited: true })
        return false
      }
    }
    return true
  }

  const ask = (): void => {
    asking ??= askAll()
      .catch((error) => {
        deps.log.failure(error)
        return false
      })
      .then((isWell) => {
        asking = null
        if (isWell && !stopped && flying.size < mostFlying && awaited.size + begun.size + accounts.size > 0) ask()
      })
  }

  const idle = async (): Promise<void> => {
    while (asking || settling || running.size > 0) await Promise.all([asking, settling, ...running])
  }

  return {
    wake: (of, isWaitedFor = true) => wake(of, isWaitedFor),
    ready: (of) =>
      stopped || flying.size >= mostFlying || flyingOf(of.account) >= mostFlyingOfAccount || !deps.channel(of) ? null : leaseMs,
    send: fly,
    giveBack: (lease) => {
      const { association, id, attempt } = lease
      done.push({
        lease,
        mark: { association, id, attempt, state: 'queued', failure: 'unreachable', waitMs: 0, counts: false, again: false },
      })
      settle()
    },
    sweep: async () => {
      for (let more = true; more && !stopped && flying.size < mostFlying; ) {
        const found = await deps.outbox.lease({ due: true }, batch, leaseMs)
        take(found)
        more = found.more
      }
    },
    idle,
    stop: async () => {
      stopped = true
      alarms.stop()
      await idle()
    },
  }
}

/** An adapter that throws or hangs: nobody knows what arrived. */
const within = async (ms: number, send: () => Promise<SendResult>): Promise<SendResult> => {
  const unknown = { ok: false as const, failure: 'timeout' as const, retryAfterMs: null }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<SendResult>((resolve) => {
    timer = setTimeout(() => resolve(unknown), ms)
  })
  try {
    return await Promise.race([send(), late])
  } catch {
    return unknown
  } finally {
    clearTimeout(timer)
  }
}
