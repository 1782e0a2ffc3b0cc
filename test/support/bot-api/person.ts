/** Someone who writes to a bot, and sees what it answers. */
import type { Chat, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message, MessageEntity, Update, User } from '@grammyjs/types'
import { announce, type BotState, type CallbackAnswer, type ChatState, seconds, toUser } from './bot-state.ts'
import { attach, type SentFile, type SentKind } from './sent-files.ts'
import { type Shown, showMessages, waitForMessages } from './shown.ts'

export interface PersonOptions {
  firstName?: string
  username?: string
  languageCode?: string
}

export interface Press {
  data: string
  messageId?: number
  /** The message is too old for Telegram to say more than its id: `message.date` is 0. */
  inaccessible?: boolean
}

/** Everything that is done returns the id of its update (0: the bot has not asked for that kind). */
export interface Person {
  readonly id: number
  /** Entities of /commands are set as Telegram does; `extra` is laid over the message. */
  says(text: string, extra?: Partial<Message>): number
  /** What the button of a new chat, or a deep link, sends: "/start payload". */
  starts(payload?: string): number
  /** The newest message that shows the label, or carries the data; with `messageId`, a press on that message even when its button is gone. */
  presses(label: string | Press): number
  edits(messageId: number, text: string): number
  sends(kind: SentKind, file?: SentFile, caption?: string, extra?: Partial<Message>): number
  /** Bot messages fail with 403 from now on, until the person unblocks it or writes again. */
  blocks(): number
  unblocks(): number
  /** The account is gone: 403 of another kind, and no update tells. */
  deactivates(): void
  /** The id of the person's latest own message. */
  lastMessageId(): number
  /** What the bot sent, oldest first. */
  messages(): Shown[]
  waitFor(count: number | ((shown: Shown[]) => boolean), ms?: number): Promise<Shown[]>
  callbackAnswers(): CallbackAnswer[]
  /** Signs of life the bot gave ("typing"). */
  actions(): string[]
}

export interface Group {
  readonly id: number
  says(text: string, from?: { id: number; firstName?: string }): number
  /** The bot is thrown out: 403 from now on. */
  kicks(): number
  messages(): Shown[]
}

/** A press is of its own line, and so is what befalls the bot: the real server queues them apart from the chat. */
const lines = { chat: (id: number) => `chat ${id}`, press: (id: number) => `press ${id}`, member: (id: number) => `member ${id}` }

const createChat = (bot: BotState, chat: ChatState['chat'], standing: ChatState['standing']): ChatState => {
  const state: ChatState = { chat, standing, messages: new Map(), answers: [], actions: [], watchers: new Set() }
  bot.chats.set(chat.id, state)
  return state
}

export const createPerson = (bot: BotState, id: number, options: PersonOptions): Person => {
  const { firstName = `شخص ${id}`, username, languageCode = 'ar' } = options
  const user: User = { id, is_bot: false, first_name: firstName, ...(username !== undefined && { username }), language_code: languageCode }
  const chat: Chat.PrivateChat = { id, type: 'private', first_name: firstName, ...(username !== undefined && { username }) }
  const state = createChat(bot, chat, 'unknown')
  let lastId = 0

  const becomes = (blocked: boolean): number => {
    state.standing = blocked ? 'blocked' : 'open'
    const self = toUser(bot.user)
    const member = { status: 'member', user: self } as const
    const banned = { status: 'kicked', user: self, until_date: 0 } as const
    return bot.queue.add(
      {
        my_chat_member: {
          chat,
          from: user,
          date: seconds(bot.settings.now()),
          old_chat_member: blocked ? member : banned,
          new_chat_member: blocked ? banned : member,
        },
      },
      lines.member(id),
      bot.settings.updateLifeMs,
    )
  }

  const send = (content: Partial<Message>): number => {
    if (state.standing === 'deactivated') throw new Error(`the account of person ${id} is gone`)
    // Who blocked the bot comes back first: Telegram offers nothing else.
    if (state.standing === 'blocked') becomes(false)
    state.standing = 'open'
    const at = bot.settings.now()
    lastId = bot.nextMessageId()
    const message: Message & Update.NonChannel = { ...content, message_id: lastId, from: user, chat, date: seconds(at) }
    state.messages.set(lastId, { message, html: message.text ?? '', fromBot: false, at, fileId: null })
    return bot.queue.add({ message }, lines.chat(id), bot.settings.updateLifeMs)
  }

  const says = (text: string, extra: Partial<Message> = {}): number => send({ ...toText(text), ...extra })

  return {
    id,
    says,
    starts: (payload) => says(payload ? `/start ${payload}` : '/start'),
    presses: (label) => {
      const found = findPressed(state, label)
      const old = typeof label !== 'string' && label.inaccessible
      const message: MaybeInaccessibleMessage = old ? { chat, message_id: found.message.message_id, date: 0 } : found.message
      const query = { id: bot.nextQueryId(), from: user, message, chat_instance: String(id * 7919), data: found.data }
      const life = bot.settings.callbackLifeMs
      bot.queries.set(query.id, { chat: id, expiresAt: bot.settings.now() + life })
      return bot.queue.add({ callback_query: query }, lines.press(id), life)
    },
    edits: (messageId, text) => {
      const stored = state.messages.get(messageId)
      if (!stored || stored.fromBot) throw new Error(`${messageId} is no message of person ${id}`)
      const { entities: _entities, ...rest } = stored.message
      const message: Message & Update.NonChannel & Update.Edited = {
        ...rest,
        ...toText(text),
        chat,
        from: user,
        edit_date: seconds(bot.settings.now()),
      }
      stored.message = message
      return bot.queue.add({ edited_message: message }, lines.chat(id), bot.settings.updateLifeMs)
    },
    sends: (kind, file, caption, extra = {}) =>
      send({ ...attach(bot.files, user, kind, file), ...(caption !== undefined && { caption }), ...extra }),
    blocks: () => becomes(true),
    unblocks: () => becomes(false),
    deactivates: () => {
      state.standing = 'deactivated'
      announce(state)
    },
    lastMessageId: () => lastId,
    messages: () => showMessages(state, bot.files),
    waitFor: (wanted, ms = 5_000) => waitForMessages(state, bot.files, wanted, ms),
    callbackAnswers: () => [...state.answers],
    actions: () => state.actions.map(({ action }) => action),
  }
}

export const createGroup = (bot: BotState, id: number, title: string): Group => {
  // Supergroups have ids of their own shape.
  const chat = { id, title, type: id < -1_000_000_000_000 ? ('supergroup' as const) : ('group' as const) }
  const state = createChat(bot, chat, 'open')
  return {
    id,
    says: (text, from = { id: 1 }) => {
      const user: User = { id: from.id, is_bot: false, first_name: from.firstName ?? `شخص ${from.id}` }
      const at = bot.settings.now()
      const message: Message & Update.NonChannel = { ...toText(text), message_id: bot.nextMessageId(), from: user, chat, date: seconds(at) }
      state.messages.set(message.message_id, { message, html: text, fromBot: false, at, fileId: null })
      return bot.queue.add({ message }, lines.chat(id), bot.settings.updateLifeMs)
    },
    kicks: () => {
      state.standing = 'kicked'
      const self = toUser(bot.user)
      const change = {
        chat,
        from: { id: 1, is_bot: false, first_name: 'مشرف' },
        date: seconds(bot.settings.now()),
        old_chat_member: { status: 'member', user: self },
        new_chat_member: { status: 'kicked', user: self, until_date: 0 },
      } as const
      return bot.queue.add({ my_chat_member: change }, lines.member(id), bot.settings.updateLifeMs)
    },
    messages: () => showMessages(state, bot.files),
  }
}

const toText = (text: string): { text: string; entities?: MessageEntity[] } => {
  if (!text.includes('/')) return { text }
  const entities = [...text.matchAll(/(?<=^|\s)\/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/@])/g)].map(
    (found): MessageEntity => ({ type: 'bot_command', offset: found.index, length: found[0].length }),
  )
  return { text, ...(entities.length > 0 && { entities }) }
}

const dataOf = (markup: InlineKeyboardMarkup | undefined, wanted: (label: string, data: string) => boolean): string | null => {
  for (const button of markup?.inline_keyboard.flat() ?? []) {
    if ('callback_data' in button && wanted(button.text, button.callback_data)) return button.callback_data
  }
  return null
}

/** @throws when nothing shows it: the test is wrong, or the bot */
const findPressed = (state: ChatState, label: string | Press): { message: Message; data: string } => {
  const own = [...state.messages.values()].filter(({ fromBot }) => fromBot)
  if (typeof label !== 'string' && label.messageId !== undefined) {
    const stored = state.messages.get(label.messageId)
    if (!stored) throw new Error(`chat ${state.chat.id} has no message ${label.messageId}`)
    return { message: stored.message, data: label.data }
  }
  for (const { message } of own.reverse()) {
    const data = dataOf(message.reply_markup, (text, value) => (typeof label === 'string' ? text === label : value === label.data))
    if (data !== null) return { message, data }
  }
  throw new Error(`nothing in chat ${state.chat.id} shows ${JSON.stringify(label)}`)
}
