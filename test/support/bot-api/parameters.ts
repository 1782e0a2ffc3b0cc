/** Readers of single parameters. A form carries strings where JSON carries values; both are read. */
import type {
  BotCommand,
  BotCommandScope,
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  LanguageCode,
  MessageEntity,
  ReplyParameters,
} from '@grammyjs/types'
import { badRequest } from './api-failure.ts'
import type { Upload } from './multipart.ts'
import { isRecord, type Received, readJson } from './read-call.ts'

/** @throws ApiFailure as the real server complains; undefined when the value cannot be meant */
export type Reader<T> = (value: unknown, name: string, received: Received) => T | undefined

export const text: Reader<string> = (value) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined)

export const integer: Reader<number> = (value) => {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  return Number.isInteger(number) ? number : undefined
}

export const flag: Reader<boolean> = (value) =>
  typeof value === 'boolean' ? value : typeof value === 'string' ? ['true', '1', 'yes'].includes(value.toLowerCase()) : undefined

export const chatId: Reader<number | string> = (value, name, received) => integer(value, name, received) ?? text(value, name, received)

/** One of a closed list; what is not in it counts as left out. */
export const oneOf =
  <T extends string>(...words: readonly T[]): Reader<T> =>
  (value) =>
    words.find((word) => word === value)

export const json = (value: unknown): unknown => (typeof value === 'string' ? readJson(value) : value)

export const listOf =
  <T>(item: Reader<T>): Reader<T[]> =>
  (value, name, received) => {
    const read = json(value)
    if (!Array.isArray(read)) return undefined
    return read.flatMap((element) => item(element, name, received) ?? [])
  }

/** A file of this call, or the id of one that Telegram has. */
export const upload: Reader<Upload | string> = (value, name, { files }) => {
  const own = files.get(name)
  if (own) return own
  const given = text(value, name, { fields: {}, files })
  const attached = given?.startsWith('attach://') ? files.get(given.slice('attach://'.length)) : undefined
  return attached ?? given
}

/** Only HTML is parsed: it is the mode that is used. */
export const parseMode: Reader<'HTML'> = (value) => {
  if (value === '') return undefined
  if (typeof value !== 'string' || value.toLowerCase() !== 'html') throw badRequest('unsupported parse_mode')
  return 'HTML'
}

const entityTypes = ['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'blockquote', 'code'] as const
export const entities = listOf((value): MessageEntity | undefined => {
  if (!isRecord(value) || typeof value.offset !== 'number' || typeof value.length !== 'number')
    throw badRequest("can't parse MessageEntity")
  const type = entityTypes.find((name) => name === value.type)
  return type && { type, offset: value.offset, length: value.length }
})

export const reply: Reader<ReplyParameters> = (value) => {
  const read = json(value)
  if (!isRecord(read) || typeof read.message_id !== 'number') throw badRequest("can't parse reply parameters JSON object")
  return {
    message_id: read.message_id,
    ...(typeof read.allow_sending_without_reply === 'boolean' && { allow_sending_without_reply: read.allow_sending_without_reply }),
  }
}

/** Limits of the Bot API: bytes of a button's data. */
const callbackDataBytes = 64

/** Inline keyboards are kept; the other kinds of markup change what is typed, which nobody here sees. */
export const markup: Reader<InlineKeyboardMarkup> = (value) => {
  const read = json(value)
  if (!isRecord(read)) throw badRequest('object expected as reply markup')
  if (read.inline_keyboard === undefined) return undefined
  if (!Array.isArray(read.inline_keyboard))
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
  const rows = read.inline_keyboard.map((row) => {
    if (!Array.isArray(row)) throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return row.map(readButton)
  })
  return { inline_keyboard: rows.filter((row) => row.length > 0) }
}

const readButton = (value: unknown): InlineKeyboardButton => {
  const complain = (what: string) => badRequest(`can't parse inline keyboard button: ${what}`)
  if (!isRecord(value)) throw complain('InlineKeyboardButton must be an Object')
  if (typeof value.text !== 'string')
    throw complain(value.text === undefined ? 'Can\'t find field "text"' : 'Field "text" must be of type String')
  if (value.text.trim() === '') throw badRequest('BUTTON_TITLE_INVALID')
  if (typeof value.callback_data === 'string') {
    const bytes = Buffer.byteLength(value.callback_data)
    if (bytes === 0 || bytes > callbackDataBytes) throw badRequest('BUTTON_DATA_INVALID')
    return { text: value.text, callback_data: value.callback_data }
  }
  if (typeof value.url === 'string') {
    if (!/^(?:https?|tg|ton):\/\/\S+$|^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/iu.test(value.url))
      throw badRequest(`inline keyboard button URL '${value.url}' is invalid: Wrong HTTP URL`)
    return { text: value.text, url: value.url }
  }
  throw complain('Text buttons are unallowed in the inline keyboard')
}

export const command: Reader<BotCommand> = (value) => {
  if (!isRecord(value) || typeof value.command !== 'string' || typeof value.description !== 'string')
    throw badRequest("can't parse BotCommand")
  const name = value.command.replace(/^\//, '')
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID')
  if (value.description.length < 1 || value.description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  return { command: name, description: value.description }
}

export const scope: Reader<BotCommandScope> = (value) => {
  const read = json(value)
  if (!isRecord(read)) throw badRequest("can't parse BotCommandScope: BotCommandScope must be an Object")
  switch (read.type) {
    case 'default':
    case 'all_private_chats':
    case 'all_group_chats':
    case 'all_chat_administrators':
      return { type: read.type }
    case 'chat':
      if (typeof read.chat_id !== 'number') throw badRequest("can't parse BotCommandScope: chat_id is empty")
      return { type: 'chat', chat_id: read.chat_id }
    default:
      throw badRequest("can't parse BotCommandScope: Unsupported type specified")
  }
}

const isLanguage = (value: string): value is LanguageCode => /^[a-z]{2}$/.test(value)
export const language: Reader<LanguageCode> = (value) => {
  if (typeof value !== 'string' || value === '') return undefined
  if (!isLanguage(value)) throw badRequest('invalid language code specified')
  return value
}
