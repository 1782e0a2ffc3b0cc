/** What the server knows of one bot. */
import type { BotCommand, Chat, Message, User, UserFromGetMe } from '@grammyjs/types'
import { createFaults, type FaultBox } from './faults.ts'
import { createFileStore, type FileStore } from './file-store.ts'
import { createLongPoll, type LongPoll } from './long-poll.ts'
import { createRandom } from './random.ts'
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts'
import type { Settings } from './settings.ts'
import { createUpdateQueue, type UpdateQueue } from './update-queue.ts'
import type { WebhookReply } from './webhook-post.ts'
import { createWebhookPush, type WebhookPush } from './webhook-push.ts'

/** `unknown`: has never written, so the bot cannot find it. */
export type Standing = 'unknown' | 'open' | 'blocked' | 'deactivated' | 'kicked'

export interface Stored {
  message: Message
  /** As the bot wrote it, before it was parsed. */
  html: string
  fromBot: boolean
  /** Milliseconds since the epoch. */
  at: number
  /** The id of the file it carries. */
  fileId: string | null
}

export interface CallbackAnswer {
  queryId: string
  text: string | null
  alert: boolean
  url: string | null
  at: number
}

export interface ChatState {
  chat: Chat.PrivateChat | Chat.GroupChat | Chat.SupergroupChat
  standing: Standing
  messages: Map<number, Stored>
  answers: CallbackAnswer[]
  actions: { action: string; at: number }[]
  watchers: Set<() => void>
}

export interface Query {
  chat: number
  expiresAt: number
}

export interface BotState {
  token: string
  user: UserFromGetMe
  settings: Settings
  chats: Map<number, ChatState>
  queue: UpdateQueue
  longPoll: LongPoll
  push: WebhookPush
  files: FileStore
  faults: FaultBox
  limiter: RateLimiter
  /** Presses that can still be answered, by id. */
  queries: Map<string, Query>
  /** By scope and language. */
  commands: Map<string, BotCommand[]>
  /** Name, descriptions and menu button, by method and language. */
  texts: Map<string, string>
  /** setWebhook before this is too soon. */
  nextWebhookAt: number
  nextMessageId(): number
  nextQueryId(): string
  /** Told of every message the bot sends. */
  sentListeners: Set<(chat: number, messageId: number) => void>
}

export const createBotState = (
  token: string,
  options: { username?: string; id?: number },
  settings: Settings,
  onReply: (bot: BotState, reply: WebhookReply) => void,
): BotState => {
  const id = options.id ?? Number(token.split(':')[0])
  const random = createRandom(settings.seed + id)
  const faults = createFaults(random)
  const queue = createUpdateQueue(settings.now, 100_000_000 + random.below(100_000_000))
  let messages = 0
  let queries = 0
  const bot: BotState = {
    token,
    user: createBotUser(id, options.username ?? `bot_${id}_bot`),
    settings,
    chats: new Map(),
    queue,
    longPoll: createLongPoll(queue, faults, settings),
    push: createWebhookPush(queue, faults, settings, random, (reply) => onReply(bot, reply)),
    files: createFileStore(id),
    faults,
    limiter: createRateLimiter(settings.now),
    queries: new Map(),
    commands: new Map(),
    texts: new Map(),
    nextWebhookAt: 0,
    sentListeners: new Set(),
    nextMessageId: () => ++messages,
    nextQueryId: () => `${id}${String(++queries).padStart(9, '0')}`,
  }
  return bot
}

const createBotUser = (id: number, username: string): UserFromGetMe => ({
  id,
  is_bot: true,
  first_name: username,
  username,
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
})

export const toUser = ({ id, is_bot, first_name, username }: UserFromGetMe): User => ({ id, is_bot, first_name, username })

export const seconds = (ms: number): number => Math.floor(ms / 1000)

/** Keeps a message and tells whoever waits for it. */
export const keepMessage = (bot: BotState, state: ChatState, stored: Stored): void => {
  state.messages.set(stored.message.message_id, stored)
  announce(state)
  for (const listener of bot.sentListeners) listener(state.chat.id, stored.message.message_id)
}

export const announce = (state: ChatState): void => {
  for (const watcher of state.watchers) watcher()
}
