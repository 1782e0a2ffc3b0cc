/** Texts, and their editing. */
import type { InlineKeyboardMarkup, MessageEntity, ReplyParameters } from '@grammyjs/types'
import { badRequest } from '../api-failure.ts'
import { announce, type ChatState, keepMessage, seconds, toUser } from '../bot-state.ts'
import { type Formatted, parseHtml, trimFormatted } from '../html.ts'
import { chatId, entities, flag, integer, markup, parseMode, reply, text } from '../parameters.ts'
import { isRecord } from '../read-call.ts'
import { findOpenChat, findOwnMessage, keepLimits } from './chats.ts'
import { type Call, defineMethod } from './method.ts'

/** UTF-16 units after parsing. */
const textLength = 4096
const captionLength = 1024

const format = (source: string, mode: 'HTML' | undefined, given: MessageEntity[] | undefined): Formatted =>
  mode === 'HTML' ? parseHtml(source) : trimFormatted({ text: source, entities: given ?? [] })

const formatText = (source: string | undefined, mode: 'HTML' | undefined, given?: MessageEntity[]): Formatted => {
  const formatted = format(source ?? '', mode, given)
  if (formatted.text === '') throw badRequest('message text is empty')
  if (formatted.text.length > textLength) throw badRequest('message is too long')
  return formatted
}

export const formatCaption = (source: string | undefined, mode: 'HTML' | undefined, given?: MessageEntity[]): Formatted | null => {
  if (!source) return null
  const formatted = format(source, mode, given)
  if (formatted.text.length > captionLength) throw badRequest('message caption is too long')
  return formatted
}

/** What every message of the bot begins with. */
export const startMessage = (
  call: Call,
  state: ChatState,
  keyboard: InlineKeyboardMarkup | undefined,
  answers: ReplyParameters | undefined,
) => {
  if (answers?.message_id !== undefined && !state.messages.has(answers.message_id) && !answers.allow_sending_without_reply)
    throw badRequest('message to be replied not found')
  keepLimits(call.bot, state)
  const at = call.bot.settings.now()
  const id = call.bot.nextMessageId()
  call.made(id)
  return {
    at,
    head: {
      message_id: id,
      from: toUser(call.bot.user),
      chat: state.chat,
      date: seconds(at),
      ...(keyboard && keyboard.inline_keyboard.length > 0 && { reply_markup: keyboard }),
    },
  }
}

export const sendMessage = defineMethod<'sendMessage'>()(
  {
    chat_id: chatId,
    text,
    parse_mode: parseMode,
    entities,
    reply_markup: markup,
    reply_parameters: reply,
    disable_notification: flag,
    protect_content: flag,
    link_preview_options: (value) => (isRecord(value) ? { is_disabled: value.is_disabled === true } : undefined),
  },
  (payload, call) => {
    const state = findOpenChat(call.bot, payload.chat_id)
    const formatted = formatText(payload.text, payload.parse_mode, payload.entities)
    const { at, head } = startMessage(call, state, payload.reply_markup, payload.reply_parameters)
    const message = { ...head, text: formatted.text, ...(formatted.entities.length > 0 && { entities: formatted.entities }) }
    keepMessage(call.bot, state, { message, html: payload.text ?? '', fromBot: true, at, fileId: null })
    return message
  },
)

const notModified = () =>
  badRequest(
    'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
  )

export const editMessageText = defineMethod<'editMessageText'>()(
  { chat_id: chatId, message_id: integer, text, parse_mode: parseMode, entities, reply_markup: markup },
  (payload, call) => {
    const state = findOpenChat(call.bot, payload.chat_id)
    const stored = findOwnMessage(state, payload.message_id, 'edit')
    if (stored.message.text === undefined) throw badRequest('there is no text in the message to edit')
    const formatted = formatText(payload.text, payload.parse_mode, payload.entities)
    const { message } = stored
    const same =
      message.text === formatted.text &&
      JSON.stringify(message.entities ?? []) === JSON.stringify(formatted.entities) &&
      JSON.stringify(message.reply_markup?.inline_keyboard ?? []) === JSON.stringify(payload.reply_markup?.inline_keyboard ?? [])
    if (same) throw notModified()
    const { reply_markup: _markup, entities: _entities, ...rest } = message
    const edited = {
      ...rest,
      text: formatted.text,
      edit_date: seconds(call.bot.settings.now()),
      ...(formatted.entities.length > 0 && { entities: formatted.entities }),
      ...(payload.reply_markup && payload.reply_markup.inline_keyboard.length > 0 && { reply_markup: payload.reply_markup }),
    }
    stored.message = edited
    stored.html = payload.text ?? ''
    call.made(edited.message_id)
    announce(state)
    return edited
  },
)

export const editMessageReplyMarkup = defineMethod<'editMessageReplyMarkup'>()(
  { chat_id: chatId, message_id: integer, reply_markup: markup },
  (payload, call) => {
    const state = findOpenChat(call.bot, payload.chat_id)
    const stored = findOwnMessage(state, payload.message_id, 'edit')
    const { reply_markup: before, ...rest } = stored.message
    const keyboard = payload.reply_markup?.inline_keyboard ?? []
    if (JSON.stringify(before?.inline_keyboard ?? []) === JSON.stringify(keyboard)) throw notModified()
    const edited = {
      ...rest,
      edit_date: seconds(call.bot.settings.now()),
      ...(keyboard.length > 0 && { reply_markup: { inline_keyboard: keyboard } }),
    }
    stored.message = edited
    call.made(edited.message_id)
    announce(state)
    return edited
  },
)
