/** Files: sent by the bot, as parts of the call or by the id of one that is there, and fetched by it. */
import type { InlineKeyboardMarkup, MessageEntity, ReplyParameters } from '@grammyjs/types'
import { ApiFailure, badRequest } from '../api-failure.ts'
import { keepMessage } from '../bot-state.ts'
import type { StoredFile } from '../file-store.ts'
import type { Upload } from '../multipart.ts'
import { chatId, entities, flag, integer, markup, parseMode, reply, text, upload } from '../parameters.ts'
import { carry, type FileKind, usual } from '../sent-files.ts'
import { findOpenChat } from './chats.ts'
import { formatCaption, startMessage } from './messages.ts'
import { type Call, defineMethod } from './method.ts'

const common = {
  chat_id: chatId,
  caption: text,
  parse_mode: parseMode,
  caption_entities: entities,
  reply_markup: markup,
  reply_parameters: reply,
  disable_notification: flag,
  protect_content: flag,
}

interface Sent {
  chat_id?: number | string
  caption?: string
  parse_mode?: 'HTML'
  caption_entities?: MessageEntity[]
  reply_markup?: InlineKeyboardMarkup
  reply_parameters?: ReplyParameters
}

/** Everything but the field that carries it. */
const sendFile = <C extends object>(
  call: Call,
  payload: Sent,
  kind: FileKind,
  given: Upload | string | undefined,
  carried: (file: StoredFile) => C,
) => {
  const state = findOpenChat(call.bot, payload.chat_id)
  const caption = formatCaption(payload.caption, payload.parse_mode, payload.caption_entities)
  const file = storeFile(call, kind, given)
  const { at, head } = startMessage(call, state, payload.reply_markup, payload.reply_parameters)
  const message = {
    ...head,
    ...carried(file),
    ...(caption && { caption: caption.text }),
    ...(caption && caption.entities.length > 0 && { caption_entities: caption.entities }),
  }
  keepMessage(call.bot, state, { message, html: payload.caption ?? '', fromBot: true, at, fileId: file.id })
  return message
}

const storeFile = (call: Call, kind: FileKind, given: Upload | string | undefined): StoredFile => {
  const { files, settings } = call.bot
  if (given === undefined || given === '') throw badRequest(`there is no ${kind} in the request`)
  if (typeof given === 'string') {
    const known = files.byId(given)
    if (!known) throw badRequest('wrong file identifier/HTTP URL specified')
    if (known.kind !== kind) throw badRequest("can't use file of type ".concat(known.kind, ' as ', kind))
    return known
  }
  if (given.bytes.length === 0) throw badRequest('file must be non-empty')
  if (given.bytes.length > settings.uploadLimit) throw new ApiFailure(413, 'Request Entity Too Large')
  const mime = given.mime === 'application/octet-stream' ? usual[kind].mime : given.mime
  return files.add(kind, { bytes: given.bytes, name: given.name, mime })
}

export const sendDocument = defineMethod<'sendDocument'>()(
  { ...common, document: upload, disable_content_type_detection: flag },
  (payload, call) => sendFile(call, payload, 'document', payload.document, carry.document),
)

export const sendPhoto = defineMethod<'sendPhoto'>()({ ...common, photo: upload }, (payload, call) =>
  sendFile(call, payload, 'photo', payload.photo, carry.photo),
)

export const sendVideo = defineMethod<'sendVideo'>()(
  { ...common, video: upload, duration: integer, width: integer, height: integer },
  (payload, call) => sendFile(call, payload, 'video', payload.video, carry.video),
)

export const sendVoice = defineMethod<'sendVoice'>()({ ...common, voice: upload, duration: integer }, (payload, call) =>
  sendFile(call, payload, 'voice', payload.voice, carry.voice),
)

export const getFile = defineMethod<'getFile'>()({ file_id: text }, ({ file_id }, { bot }) => {
  if (!file_id) throw badRequest('file_id not specified')
  const file = bot.files.byId(file_id)
  if (!file) throw badRequest('invalid file_id')
  if (file.size > bot.settings.downloadLimit) throw badRequest('file is too big')
  return { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.size, file_path: file.path }
})
