/** Every method this server speaks; a name that the Bot API does not know does not compile. */
import * as account from './account.ts'
import * as files from './files.ts'
import * as messages from './messages.ts'
import type { Method, MethodName } from './method.ts'
import * as presses from './presses.ts'
import * as updates from './updates.ts'

const methods = {
  ...account,
  ...updates,
  ...presses,
  ...files,
  sendMessage: messages.sendMessage,
  editMessageText: messages.editMessageText,
  editMessageReplyMarkup: messages.editMessageReplyMarkup,
} satisfies { [M in MethodName]?: Method<M> }

export type Supported = keyof typeof methods

const byName = new Map<string, { name: string; method: Method<Supported> }>(
  Object.entries(methods).map(([name, method]) => [name.toLowerCase(), { name, method }]),
)

/** Names are read without regard to case, as Telegram does. */
export const findMethod = (name: string): { name: string; method: Method<Supported> } | null => byName.get(name.toLowerCase()) ?? null
