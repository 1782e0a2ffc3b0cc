/** A local server that speaks the Telegram Bot API. Start it with `startBotApi`; README.md says what it does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answerer, createAnswerer } from './answerer.ts'
import { type BotState, createBotState } from './bot-state.ts'
import type { Entry } from './call-log.ts'
import type { Faults } from './faults.ts'
import { createGroup, createPerson, type Group, type Person, type PersonOptions } from './person.ts'
import type { Limits, Violation } from './rate-limiter.ts'
import { realSettings, type Settings } from './settings.ts'
import type { Arrival } from './update-queue.ts'

export type { CallbackAnswer } from './bot-state.ts'
export type { Entry, Outcome } from './call-log.ts'
export type { Fault, Faults, Rule, RuleHandle } from './faults.ts'
export type { Group, Person, PersonOptions } from './person.ts'
export type { Limits, Violation } from './rate-limiter.ts'
export type { SentFile, SentKind } from './sent-files.ts'
export type { Settings } from './settings.ts'
export type { Shown } from './shown.ts'
export type { Arrival, UpdateKind } from './update-queue.ts'

export interface BotApi {
  /** `http://127.0.0.1:port`: what a client takes as its API root. */
  url: string
  /** Registers a bot. A token of the right shape that is not registered gets 401, any other 404. */
  bot(token: string, options?: { username?: string; id?: number }): BotSide
  /** Every call in the order it was dealt with, whatever became of it. */
  log(): readonly Entry[]
  close(): Promise<void>
}

export interface BotSide {
  /** The same id is the same person. A bot finds a person only once they have written. */
  person(id: number, options?: PersonOptions): Person
  /** Ids below −1,000,000,000,000 are supergroups. */
  group(id: number, title?: string): Group
  webhook(): { url: string; secret: string | null } | null
  /** Every update that ever was, and what became of it. */
  updates(): readonly Arrival[]
  /** What `setMyCommands` left, by scope and language. */
  commands(): ReadonlyMap<string, readonly { command: string; description: string }[]>
  faults: Faults
  /** Telegram's own limits: 429 beyond them. null switches them off, as they are at first. */
  limit(limits: Limits | null): void
  violations(): readonly Violation[]
  /** Calls back at every message the bot sends. @returns how to stop */
  onSent(listener: (chat: number, messageId: number) => void): () => void
}

export interface BotApiOptions extends Partial<Settings> {
  port?: number
  /** Gets what is asked below /control (`control.ts`). */
  control?: (api: BotApi, request: IncomingMessage, response: ServerResponse) => void
}

export const startBotApi = async (options: BotApiOptions = {}): Promise<BotApi> => {
  const { port = 0, control, ...changed } = options
  const settings: Settings = { ...realSettings, ...changed }
  const bots = new Map<string, { state: BotState; side: BotSide }>()
  const log: Entry[] = []
  const answerer: Answerer = createAnswerer(settings, log, (token) => bots.get(token)?.state ?? null)
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    if (control && request.url?.startsWith('/control')) control(api, request, response)
    else void answerer.answer(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  // Listening on an address and port, its address is an object.
  const address = server.address() as AddressInfo
  const api: BotApi = {
    url: `http://127.0.0.1:${address.port}`,
    bot: (token, details = {}) => {
      const known = bots.get(token)
      if (known) return known.side
      const state = createBotState(token, details, settings, (bot, reply) => answerer.answerInReply(bot, reply))
      const side = createSide(state)
      bots.set(token, { state, side })
      return side
    },
    log: () => log,
    close: async () => {
      for (const { state } of bots.values()) state.push.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
  return api
}

const createSide = (bot: BotState): BotSide => {
  const people = new Map<number, Person>()
  const groups = new Map<number, Group>()
  return {
    person: (id, options = {}) => {
      const person = people.get(id) ?? createPerson(bot, id, options)
      people.set(id, person)
      return person
    },
    group: (id, title = 'مجموعة') => {
      const group = groups.get(id) ?? createGroup(bot, id, title)
      groups.set(id, group)
      return group
    },
    webhook: () => {
      const webhook = bot.push.current()
      return webhook && { url: webhook.url, secret: webhook.secret }
    },
    updates: () => bot.queue.all(),
    commands: () => bot.commands,
    faults: bot.faults,
    limit: (limits) => bot.limiter.set(limits),
    violations: () => bot.limiter.violations(),
    onSent: (listener) => {
      bot.sentListeners.add(listener)
      return () => bot.sentListeners.delete(listener)
    },
  }
}
