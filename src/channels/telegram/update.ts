/** An update as the Bot API delivers it, read carefully: whatever comes, something total comes out. */
import { z } from 'zod'

/** As it came. Nothing but its number is believed before it is read. */
export interface TelegramUpdate {
  readonly update_id: number
  readonly [field: string]: unknown
}

/** What we ask Telegram for, and nothing else: reactions, channels and business chats never arrive. */
export const allowedUpdates = ['message', 'edited_message', 'callback_query', 'my_chat_member'] as const

const id = z.number().int()
const Chat = z.looseObject({ id, type: z.string() })
const User = z.looseObject({ id, is_bot: z.boolean().optional() })

export const Message = z.looseObject({
  message_id: id,
  /** Unix time. 0 in a message that is no longer accessible. */
  date: id,
  edit_date: id.optional(),
  chat: Chat,
  from: User.optional(),
  reply_to_message: z.looseObject({ message_id: id, from: User.optional() }).optional().catch(undefined),
})
export type Message = z.infer<typeof Message>

const Press = z.looseObject({
  id: z.string().min(1).max(128),
  from: User,
  message: z.looseObject({ chat: Chat }).optional().catch(undefined),
  data: z.unknown(),
})

const Membership = z.looseObject({
  chat: Chat,
  new_chat_member: z.looseObject({ status: z.string() }),
})

// Made once: a schema made for each update cost more than everything else that reading it did.
const Numbered = z.looseObject({ update_id: id.nonnegative() })

/** @returns the update, or null for what is none: such a thing can be neither kept nor counted. */
export const readUpdate = (raw: unknown): TelegramUpdate | null => {
  const parsed = Numbered.safeParse(raw)
  return parsed.success ? parsed.data : null
}

export type Event =
  | { kind: 'message'; message: Message }
  | { kind: 'edit'; message: Message }
  | { kind: 'press'; press: z.infer<typeof Press> }
  | { kind: 'membership'; membership: z.infer<typeof Membership> }

/** Several ask what the same update is: who it is from, whether it wants something at once, what was said. */
const read = new WeakMap<TelegramUpdate, Event | null>()

/** @returns what happened; null for what we neither asked for nor understand. */
export const eventOf = (update: TelegramUpdate): Event | null => {
  const known = read.get(update)
  if (known !== undefined) return known
  const event = readEvent(update)
  read.set(update, event)
  return event
}

const readEvent = (update: TelegramUpdate): Event | null => {
  const message = Message.safeParse(update.message)
  if (message.success) return { kind: 'message', message: message.data }
  const edit = Message.safeParse(update.edited_message)
  if (edit.success) return { kind: 'edit', message: edit.data }
  const press = Press.safeParse(update.callback_query)
  if (press.success) return { kind: 'press', press: press.data }
  const membership = Membership.safeParse(update.my_chat_member)
  return membership.success ? { kind: 'membership', membership: membership.data } : null
}

/** @returns the chat it happened in; of a press without its message, the person's own. */
export const chatOf = (event: Event): { id: number; type: string } => {
  switch (event.kind) {
    case 'message':
    case 'edit':
      return event.message.chat
    case 'press':
      return event.press.message?.chat ?? { id: event.press.from.id, type: 'private' }
    case 'membership':
      return event.membership.chat
    default:
      return event satisfies never
  }
}

/**
 * Messages, presses and standing of one person have one key: they are taken one after the other, although Telegram
 * delivers presses in a queue of their own.
 */
export const keyOf = (update: TelegramUpdate): string => {
  const event = eventOf(update)
  return event === null ? `update ${update.update_id}` : String(chatOf(event).id)
}
