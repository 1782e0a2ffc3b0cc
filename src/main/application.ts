/** The application on one database: stores, releases, turns, sender and use cases, put together once. */
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { v7 } from 'uuid'
import { advanceRequest, previewAdvance } from '../app/advance-request.ts'
import { type ChatVisits, createChatVisits } from '../app/chat-visits.ts'
import { createDeliverer, type Deliverer } from '../app/deliver.ts'
import { handBack } from '../app/hand-back.ts'
import { createPacing } from '../app/pacing.ts'
import { reply } from '../app/reply.ts'
import { fireDue, type SweepDeps, sweep } from '../app/sweep.ts'
import { takeOver } from '../app/take-over.ts'
import { createTurnRunner, type TurnRunner } from '../app/turn-runner.ts'
import { createWebChatChannel } from '../channels/web-chat/channel.ts'
import { createContents } from '../content/contents.ts'
import type { LoadedRelease } from '../content/load-content.ts'
import type { Missing } from '../content/release.ts'
import type { AccountId, Slug } from '../core/ids.ts'
import type { DeskActs } from '../http/desk/use-cases.ts'
import { PlatformError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import { type Channel, type ChannelKind, type SendFailure, sendFailures } from '../ports/channel.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { Contents } from '../ports/content.ts'
import type { DeadLetters } from '../ports/dead-letters.ts'
import type { Events } from '../ports/events.ts'
import type { Files } from '../ports/files.ts'
import type { RequestStore } from '../ports/request-store.ts'
import { createChatStore } from '../store/chat-store.ts'
import { createDeadLetters } from '../store/dead-letters.ts'
import { createFiles } from '../store/files.ts'
import { fitsIndexKey } from '../store/index-key.ts'
import { createRequestStore } from '../store/request-store.ts'
import { createStore, type Store } from '../store/store.ts'
import { createSignals, type Signals } from './events.ts'

export interface ApplicationOptions {
  /** Connections of the application role. */
  pool: Pool
  keys: { master: Buffer; index: Buffer }
  /** Folder of the files of people. */
  files: string
  releases: LoadedRelease[]
  /** Sample values stand in for slots. */
  sample: boolean
  logger: Logger
  metrics?: Metrics
  clock?: Clock
  /** `https://…` as people reach the web chat; without it no address of it is handed out. */
  publicUrl?: string | null
  /** Overrides the channels' burst window, ms. */
  window?: { text: number; media: number }
  /** A text or value that is missing throws instead of being logged: for tests. */
  strict?: boolean
  /** Channels that live in this process besides the web chat. */
  channels?: Channel[]
  /** What pages are told; in this process alone when absent. */
  signals?: Signals
}

export interface Application {
  store: Store
  contents: Contents
  runner: TurnRunner
  deliverer: Deliverer
  visits: ChatVisits
  acts: DeskActs
  requests: RequestStore
  files: Files
  events: Events
  clock: Clock
  /** Account of an association on a channel of this process; made when missing. */
  account(association: Slug, kind: ChannelKind): Promise<AccountId>
  /** Updates that could not become a message of anybody: kept, counted and logged. */
  deadLetters: DeadLetters
  /** The channel says that a person has blocked us (false) or is back (true). Someone unknown changes nothing. */
  setReachable(association: Slug, account: AccountId, external: string, reachable: boolean): Promise<void>
  /** Hands in the adapter of an account; it speaks for that account alone. */
  connect(account: AccountId, channel: Channel): void
  /** Hands the alarm clock in once it runs. */
  setBell(ring: (dueAt: Date) => void): void
  sweep(): Promise<void>
  fireDue(): Promise<number>
  /** Resolves when no turn, burst or send is under way. */
  idle(): Promise<void>
  /** Sends nothing more, not even what waits for its time; resolves when nothing is under way. */
  stop(): Promise<void>
}

/** Bytes of one file of a visitor. */
const fileLimit = 10 * 1024 * 1024

export const createApplication = async (options: ApplicationOptions): Promise<Application> => {
  const { logger, metrics, clock = systemClock } = options
  const store = createStore({ pool: options.pool, keys: options.keys })
  for (const { association, id, body } of options.releases) {
    await store.associations.importAssociation({ slug: association.slug, name: association.name, release: { id, body } })
    await store.keyring.associationKey(association.slug).catch((error: unknown) => {
      const message = 'The master key does not open this database: put back the keys it was made with, they are in every backup.'
      throw new PlatformError('key-wrong', message, { cause: error })
    })
    if (await fitsIndexKey(store.prisma, store.keyring, association.slug)) continue
    throw new PlatformError('key-wrong', 'The index key is not the one of this database: put back the key it was made with.')
  }
  const missing: Missing = ({ language, key, name }) => {
    logger.error({ code: name === null ? `text ${key} ${language}` : `value ${name} in ${key}` }, 'text is missing')
  }
  const contents = createContents({
    releases: options.releases,
    loadSnapshot: store.associations.loadRelease,
    ...(options.strict !== true && { log: missing }),
  })
  const { events, typing } = options.signals ?? createSignals()
  const files = createFiles({ prisma: store.prisma, keyring: store.keyring, directory: join(options.files), clock })
  const webChat = createWebChatChannel()
  const channels = new Map<ChannelKind, Channel>([webChat, ...(options.channels ?? [])].map((channel) => [channel.kind, channel]))
  const connected = new Map<AccountId, Channel>()
  const accounts = new Map<Slug, AccountId>()
  const account = (association: Slug, kind: ChannelKind) => store.associations.ensureAccount({ association, kind, name: kind })
  for (const { association } of options.releases) accounts.set(association.slug, await account(association.slug, 'web-chat'))

  const channelOf = ({ account: of, channel }: { account: AccountId; channel: ChannelKind }): Channel | null =>
    connected.get(of) ?? channels.get(channel) ?? null
  const capabilitiesOf = (kind: ChannelKind) =>
    (channels.get(kind) ?? [...connected.values()].find((channel) => channel.kind === kind))?.capabilities
  let ring: (dueAt: Date) => void = () => {}
  const failure = (error: unknown): void => logger.error({ err: error }, 'failure')
  const deliverer = createDeliverer({
    outbox: store.outbox,
    channel: channelOf,
    clock,
    log: {
      send: ({ association, conversation, channel, outcome, ms }) => {
        metrics?.sends.inc({ channel, outcome })
        if (outcome in sendFailures && sendFailures[outcome as SendFailure].alert) metrics?.sendAlerts.inc({ channel, failure: outcome }) // `in` says so
        // What went well is in the metrics, and the turn has a line of its own.
        logger[outcome === 'sent' ? 'debug' : 'info']({ association, conversation, channel, outcome, duration: Math.round(ms) }, 'send')
      },
      failure,
      ambiguous: ({ channel }) => {
        metrics?.ambiguous.inc({ channel })
      },
      account: ({ association, account: of, channel, failure: code }) => {
        logger.error({ association, account: of, channel, code }, 'an account needs attention')
      },
    },
    settled: (of) => events.publish({ kind: 'conversation', ...of }),
  })
  const kept = createDeadLetters(options.pool, store.prisma, store.keyring, clock)
  const deadLetters: DeadLetters = {
    ...kept,
    put: async (letter) => {
      const fresh = await kept.put(letter)
      if (fresh) {
        metrics?.deadLetters.inc()
        logger.error({ association: letter.association, account: letter.account, err: letter.error }, 'dead letter')
      }
      return fresh
    },
  }
  const pacing = createPacing({ outbox: store.outbox, log: { failure } })
  const runner = createTurnRunner({
    turns: store.turns,
    deadLetters,
    files,
    source: (of) => {
      const channel = channelOf(of)
      return channel?.fetch ? { fetch: channel.fetch.bind(channel), limit: channel.capabilities.fileSize } : null
    },
    links: store.links,
    publicUrl: options.publicUrl ?? null,
    contents,
    clock,
    random: { uuid: () => v7() },
    events,
    log: {
      turn: ({ association, conversation, turn, kind, outcome, ms }) => {
        metrics?.turns.inc({ kind, outcome })
        metrics?.turnDuration.observe(ms / 1000)
        logger.info({ association, conversation, turn, kind, outcome, duration: Math.round(ms) }, 'turn')
      },
      slots: (names) => {
        metrics?.slotsUnfilled.inc(names.length)
      },
      failure: ({ association, conversation, kind, error }) => {
        metrics?.turns.inc({ kind, outcome: 'failed' })
        logger.error({ association, conversation, kind, err: error }, 'turn failed')
      },
    },
    window: (kind) => options.window ?? capabilitiesOf(kind)?.window ?? { text: 0, media: 0 },
    sender: deliverer,
    ring: (dueAt) => ring(dueAt),
    typing: ({ conversation }, on) => typing.set(conversation, on),
    hash: (text) => createHmac('sha256', options.keys.index).update(text).digest('hex'),
  })
  const requests = createRequestStore(store.prisma, store.keyring)
  const sweepDeps: SweepDeps = { turns: store.turns, runner, deliverer, clock, log: { failure } }
  return {
    store,
    contents,
    runner,
    deliverer,
    requests,
    files,
    events,
    clock,
    account,
    visits: createChatVisits({
      contents,
      runner,
      turns: store.turns,
      chats: createChatStore(store.prisma, store.keyring),
      files,
      events,
      typing,
      clock,
      toUpdates: webChat.toUpdates,
      account: (association) => accounts.get(association) ?? null,
      fileLimit,
      sample: () => options.sample,
    }),
    acts: {
      takeOver: (act) => takeOver(runner, act),
      reply: (act) => reply(runner, act),
      release: (act) => handBack(runner, act),
      previewAdvance: (act) => previewAdvance({ requests, contents, clock }, act),
      advance: (act) => advanceRequest({ requests, runner, clock }, act),
      subscribe: (association, listener) =>
        events.subscribe((event) => (event.kind === 'missed' || event.association === association ? listener(event) : undefined)),
    },
    deadLetters,
    setReachable: async (association, of, external, reachable) => {
      const conversation = await store.outbox.setReachable({ association, account: of, external }, reachable, clock.now().toISOString())
      if (conversation) events.publish({ kind: 'conversation', association, conversation })
    },
    connect: (of, channel) => {
      connected.set(of, channel)
      void pacing.connect(of, channel.capabilities.pace)
    },
    setBell: (bell) => {
      ring = bell
    },
    sweep: async () => {
      await pacing.refresh()
      await sweep(sweepDeps)
    },
    fireDue: () => fireDue(sweepDeps),
    idle: async () => {
      await runner.idle()
      await deliverer.idle()
    },
    stop: async () => {
      await runner.idle()
      await deliverer.stop()
    },
  }
}
