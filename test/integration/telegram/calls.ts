/** Every call we make, by field: in telegraf's types, in those of the present Bot API, and on the wire. */
import type { Opts as WireOpts } from '@grammyjs/types'
import type { Telegram as Methods, Opts } from 'telegraf/types'
import { expect } from 'vitest'
import type { Entry } from '../../support/bot-api/server.ts'

type Wire = WireOpts<Exclude<Opts<'sendPhoto'>['photo'], string>>
type Fields = { [M in keyof Wire & keyof Methods]?: readonly (keyof Wire[M] & keyof Opts<M> & string)[] }

export const calls = {
  getMe: [],
  getUpdates: ['offset', 'limit', 'timeout', 'allowed_updates'],
  setWebhook: ['url', 'secret_token', 'allowed_updates', 'max_connections', 'drop_pending_updates'],
  deleteWebhook: ['drop_pending_updates'],
  sendMessage: ['chat_id', 'text', 'parse_mode', 'reply_markup', 'link_preview_options'],
  sendPhoto: ['chat_id', 'photo', 'caption', 'parse_mode', 'reply_markup'],
  sendDocument: ['chat_id', 'document', 'caption', 'parse_mode', 'reply_markup'],
  sendChatAction: ['chat_id', 'action'],
  answerCallbackQuery: ['callback_query_id'],
  getFile: ['file_id'],
  setMyCommands: ['commands', 'language_code'],
  setMyDescription: ['description', 'language_code'],
  setMyShortDescription: ['short_description', 'language_code'],
} as const satisfies Fields

/** Telegraf takes any text for a language; ours is one of two. */
type Checked<M extends keyof typeof calls> = Exclude<(typeof calls)[M][number], 'language_code'>
type Ours<M extends keyof typeof calls> = Pick<Opts<M>, Checked<M> & keyof Opts<M>>
type Theirs<M extends keyof typeof calls> = Pick<Wire[M], Checked<M> & keyof Wire[M]>
/** What telegraf's types let us send fits the present types, field by field: the compiler names a method that does not. */
type Unfit = { [M in keyof typeof calls]: Ours<M> extends Theirs<M> ? never : M }[keyof typeof calls]
export const fits: Unfit extends never ? true : Unfit = true

/** Whatever was called stands in the list, with no field that does not, and nothing that the server did not understand. */
export const expectKnownCalls = (log: readonly Entry[]): void => {
  const known: Readonly<Record<string, readonly string[] | undefined>> = calls
  for (const { method, payload, ignored } of log) {
    // Telegraf writes the method into the form of an upload.
    const unknown = Object.keys(payload).filter((field) => field !== 'method' && !known[method]?.includes(field))
    expect({ method, unknown, ignored: ignored.filter((field) => field !== 'method') }).toEqual({ method, unknown: [], ignored: [] })
  }
}
