/** The names under which the program keeps what it does not want in a plain column: as its README says, a keyed hash. */
import { createHmac } from 'node:crypto'
import type { BotApi, BotSide } from '../../support/bot-api/server.ts'
import type { Said, Visible } from './check-ledger.ts'

export interface Names {
  message(chat: number, id: number): string
  press(id: string): string
}

export const namesOf = (indexKey: Buffer, account: string): Names => {
  const hide = (id: string | number): string =>
    createHmac('sha256', indexKey).update(`telegram|${account}|${id}`).digest('base64url').slice(0, 16)
  return { message: (chat, id) => `${hide(chat)}:${id}`, press: (id) => `c${hide(id)}` }
}

/** What people did in private, by the id under which the program must have stored it. */
export const saidTo = (bot: BotSide, names: Names): Said[] =>
  bot.updates().flatMap(({ update }): Said | [] => {
    const { message, callback_query: press } = update
    if (message?.chat.type === 'private') return { chat: message.chat.id, externalId: names.message(message.chat.id, message.message_id) }
    if (press?.message?.chat.type === 'private') return { chat: press.message.chat.id, externalId: names.press(press.id) }
    return []
  })

/** What the channel accepted, in the order in which it did. */
export const visibleFrom = (botApi: BotApi, names: Names): Visible[] =>
  botApi
    .log()
    .flatMap(({ method, chat, messageId, at, payload, outcome }) =>
      outcome.accepted && chat !== null && messageId !== null && method.startsWith('send')
        ? [{ chat, name: names.message(chat, messageId), text: String(payload.text ?? payload.caption ?? ''), at, messageId }]
        : [],
    )
    // A call that was held up came in earlier than what was seen before it.
    .sort((one, other) => one.messageId - other.messageId)
