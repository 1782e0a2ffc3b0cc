/** Answers to presses, and signs of life. */
import { badRequest } from '../api-failure.ts'
import { chatId, flag, integer, oneOf, text } from '../parameters.ts'
import { findOpenChat } from './chats.ts'
import { defineMethod } from './method.ts'

const answerLength = 200

export const answerCallbackQuery = defineMethod<'answerCallbackQuery'>()(
  { callback_query_id: text, text, show_alert: flag, url: text, cache_time: integer },
  (payload, { bot }) => {
    const id = payload.callback_query_id ?? ''
    const query = bot.queries.get(id)
    const now = bot.settings.now()
    if (!query || query.expiresAt <= now) throw badRequest('query is too old and response timeout expired or query ID is invalid')
    if (payload.text && payload.text.length > answerLength) throw badRequest('MESSAGE_TOO_LONG')
    bot.chats.get(query.chat)?.answers.push({
      queryId: id,
      text: payload.text || null,
      alert: payload.show_alert ?? false,
      url: payload.url || null,
      at: now,
    })
    return true
  },
)

const actions = oneOf(
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
)

export const sendChatAction = defineMethod<'sendChatAction'>()({ chat_id: chatId, action: actions }, (payload, { bot }) => {
  const state = findOpenChat(bot, payload.chat_id)
  if (!payload.action) throw badRequest('wrong parameter action in request')
  state.actions.push({ action: payload.action, at: bot.settings.now() })
  return true
})
