/** Asks Telegram for updates and acknowledges each only when it is stored: our own loop, because telegraf's acknowledges what failed. */
import { randomUUID } from 'node:crypto'
import type { Connection, ConnectionHealth } from '../../ports/channel.ts'
import type { AccountOf, PollLease } from '../../ports/poll-lease.ts'
import type { BotApi } from './api.ts'
import { backOff, createHealthBoard } from './health.ts'
import { createInHand } from './in-hand.ts'
import type { Intake } from './intake.ts'
import { createLeaseKeeper } from './lease-keeper.ts'
import { pause } from './pause.ts'
import { allowedUpdates, readUpdate } from './update.ts'

export interface PollingOptions {
  api: BotApi
  intake: Intake
  of: AccountOf
  lease: PollLease
  /** One line for each change of health. */
  tell(health: ConnectionHealth): void
  /** How long Telegram holds a call open while nothing comes. */
  pollSeconds?: number
  leaseMs?: number
  /** The place of this process; the one that comes back there after a crash goes on at once. Random when left out. */
  holder?: string
}

/** Most that Telegram gives at once. It sends again from the oldest that is not acknowledged, so no more are in hand either. */
const batch = 100
/** A whole batch is usually stored by then, and the next call acknowledges all of it. */
const settleMs = 25
/** A call with the same offset within half a second is given one update only (tdlib/telegram-bot-api). */
const sameOffsetMs = 600
/** While the database is away. */
const awayMs = { waitMs: 250, mostMs: 2_000 }

export const createPolling = (options: PollingOptions): Connection => {
  const { api, intake, of, lease, tell, pollSeconds = 30, leaseMs = 15_000, holder = randomUUID() } = options
  const board = createHealthBoard(tell)
  const inHand = createInHand()
  const underWay = new Set<Promise<unknown>>()
  let stopping = new AbortController()
  let polling = new AbortController()
  let loop: Promise<void> = Promise.resolve()
  /** Offset of the last call: Telegram acts on it when the call comes in, not when it is answered. */
  let told: number | undefined
  let webhookGone = false
  let recovery: Promise<void> | null = null
  const keeper = createLeaseKeeper({ lease, of, holder, ms: leaseMs, lost: () => polling.abort() })

  /** @returns early when we stop, or when one of `works` is done */
  const sleep = (ms: number, works?: readonly Promise<unknown>[]): Promise<void> => pause(ms, stopping.signal, works)

  const waitForDatabase = async (): Promise<void> => {
    board.set('degraded', 'the database is away: nothing is acknowledged until it is back')
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      await sleep(backOff(awayMs, failures))
      if (!(await intake.isAway())) return
    }
  }
  /** All that wait, wait for the same. @returns whether it may be tried again */
  const untilBack = async (): Promise<boolean> => {
    recovery ??= waitForDatabase().finally(() => {
      recovery = null
    })
    await recovery
    return !stopping.signal.aborted
  }

  const dispatch = (given: unknown): void => {
    const list: unknown[] | null = Array.isArray(given) ? given : null
    const updates = list?.flatMap((raw) => readUpdate(raw) ?? []) ?? []
    // What has no number cannot be acknowledged: asked at once, it would come again at once.
    if (updates.length === 0 && list?.length !== 0) throw new Error('no updates')
    const byId = new Map(updates.map((update) => [update.update_id, update]))
    for (const id of inHand.add([...byId.keys()])) {
      const update = byId.get(id)
      if (!update) continue
      const work = intake.take(update, untilBack).then((done) => {
        underWay.delete(work)
        if (done) inHand.finish(id)
      })
      underWay.add(work)
    }
  }

  /** Until the whole batch is stored; or part of it, and a moment has passed; or it is time to look for others behind a slow one. */
  const settle = async (): Promise<void> => {
    const began = performance.now()
    await sleep(settleMs, [Promise.all([...underWay])])
    for (;;) {
      const left = sameOffsetMs - (performance.now() - began)
      if (inHand.size() === 0 || inHand.offset() !== told || left <= 0 || stopping.signal.aborted) return
      await sleep(left, [...underWay])
    }
  }

  const poll = async (seconds: number): Promise<void> => {
    polling = new AbortController()
    if (stopping.signal.aborted) return
    const offset = inHand.acknowledge()
    told = offset
    const given: unknown = await api.call(
      'getUpdates',
      { ...(offset !== undefined && { offset }), limit: batch, timeout: seconds, allowed_updates: allowedUpdates },
      { timeoutMs: (seconds + 10) * 1000, signal: polling.signal },
    )
    dispatch(given)
    board.set('connected')
    if (inHand.size() > 0) await settle()
  }

  /** @returns whether the bot's updates are ours to ask for */
  const mayListen = async (): Promise<boolean> => {
    if (!keeper.held()) {
      webhookGone = false
      const taken = await keeper.take().catch(() => null)
      if (taken === null) {
        await untilBack()
        return false
      }
      if (!taken) {
        board.set('connecting', 'another process of ours listens to this bot')
        await sleep(leaseMs / 3)
        return false
      }
    }
    if (!webhookGone) {
      await api.call('deleteWebhook', { drop_pending_updates: false }, { signal: stopping.signal })
      webhookGone = true
      board.set('connected')
    }
    // It may have been lost meanwhile.
    return keeper.held()
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopping.signal.aborted) {
      if (recovery) await recovery
      try {
        if (!(await mayListen())) continue
        // After trouble a short call first, so that health does not wait for the end of a long one.
        await poll(board.now().state === 'connected' ? pollSeconds : 0)
        failures = 0
      } catch (error) {
        // Broken off on its way or on its way back: nobody knows whether Telegram has acted on it.
        told = undefined
        if (stopping.signal.aborted || !keeper.held()) continue
        failures += 1
        await sleep(board.fail(error, failures))
      }
    }
  }

  return {
    async start() {
      stopping = new AbortController()
      board.set('connecting')
      loop = run()
    },
    async stop() {
      stopping.abort()
      polling.abort()
      await loop
      await Promise.all([...underWay])
      const offset = inHand.offset()
      // What is stored and not yet acknowledged would come again to the next start.
      if (keeper.held() && offset !== undefined && offset !== told) {
        const confirm = { offset, limit: 1, timeout: 0, allowed_updates: allowedUpdates }
        await api.call('getUpdates', confirm, { timeoutMs: 5_000 }).catch(() => undefined)
      }
      await keeper.release()
      board.set('stopped')
    },
    health: () => board.now(),
  }
}
