/** The chat a call names, and whether the bot may write there. */
import { ApiFailure, badRequest, forbidden, tooManyRequests } from '../api-failure.ts'
import type { BotState, ChatState, Stored } from '../bot-state.ts'

/** @throws ApiFailure when the bot does not know it or may not write there */
export const findOpenChat = (bot: BotState, id: number | string | undefined): ChatState => {
  const state = findChat(bot, id)
  switch (state.standing) {
    case 'open':
      return state
    case 'unknown':
      throw badRequest('chat not found')
    case 'blocked':
      throw forbidden('bot was blocked by the user')
    case 'deactivated':
      throw forbidden('user is deactivated')
    case 'kicked':
      throw forbidden(`bot was kicked from the ${state.chat.type} chat`)
    default:
      throw new Error(`no such standing: ${state.standing satisfies never}`)
  }
}

const findChat = (bot: BotState, id: number | string | undefined): ChatState => {
  if (id === undefined || id === '') throw badRequest('chat_id is empty')
  const state =
    typeof id === 'number'
      ? bot.chats.get(id)
      : [...bot.chats.values()].find(({ chat }) => chat.username !== undefined && `@${chat.username}` === id)
  if (!state) throw badRequest('chat not found')
  return state
}

/** @throws ApiFailure 429 when limits are set and reached */
export const keepLimits = (bot: BotState, state: ChatState): void => {
  const wait = bot.limiter.refuse(state.chat.id)
  if (wait !== null) throw tooManyRequests(wait)
}

/** @throws ApiFailure when there is no such message, or it is not the bot's */
export const findOwnMessage = (state: ChatState, id: number | undefined, act: string): Stored => {
  if (id === undefined) throw new ApiFailure(400, 'Bad Request: message identifier is not specified')
  const stored = state.messages.get(id)
  if (!stored) throw badRequest(`message to ${act} not found`)
  if (!stored.fromBot) throw badRequest(`message can't be ${act}ed`)
  return stored
}
