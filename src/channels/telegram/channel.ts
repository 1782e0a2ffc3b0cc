/** Telegram as a channel: what the Bot API delivers becomes updates, what we say becomes its messages. */
import type { Capabilities, Channel } from '../../ports/channel.ts'
import type { BotApi } from './api.ts'
import { downloadLimit, fetchFile } from './fetch-file.ts'
import { createGroupManners } from './groups.ts'
import { textLimit } from './lay-out.ts'
import type { Hide } from './names.ts'
import { createSender, type ReadFile } from './send.ts'
import { createReading, type Standing, standingOf } from './to-updates.ts'
import { eventOf, type TelegramUpdate } from './update.ts'

/** Bytes of a file that we keep; Telegram would hand over twice as much. */
const keptFile = 10 * 1024 * 1024

const capabilities: Capabilities = {
  // A hundred fit into a keyboard; twelve rows are what a phone shows without scrolling.
  buttons: 12,
  textLength: textLimit,
  fileSize: Math.min(keptFile, downloadLimit),
  window: { text: 1500, media: 4000 },
  // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages a second to
  // different people, in one chat one a second, «short bursts that go over this limit» allowed: three is how many
  // messages one turn leaves at most.
  pace: { account: { perSecond: 30, burst: 30 }, chat: { perSecond: 1, burst: 3 } },
}

export interface TelegramChannel extends Channel<TelegramUpdate> {
  readonly kind: 'telegram'
  /** What became of the person's chat with the bot; null for any other update. */
  standingOf(update: TelegramUpdate): Standing | null
  /**
   * What an update wants at once, outside turns and outbox: a press is acknowledged (its wheel turns until then, and after
   * some minutes Telegram no longer takes the answer), a group is told that we speak to people alone. Never fails; nobody waits.
   */
  greet(update: TelegramUpdate): Promise<void>
}

export interface TelegramChannelOptions {
  api: BotApi
  readFile: ReadFile
  hide: Hide
  /** What a group is told, in both languages. */
  groupLine: string
  now?: () => Date
}

export const createTelegramChannel = (options: TelegramChannelOptions): TelegramChannel => {
  const { api, readFile, hide, groupLine, now = () => new Date() } = options
  const meetGroup = createGroupManners(api, groupLine)
  const acknowledge = async (update: TelegramUpdate): Promise<void> => {
    const event = eventOf(update)
    if (event?.kind !== 'press') return
    // «query is too old» is as good as yes: the wheel has stopped. Whatever else goes wrong, the turn does not depend on it.
    await api.call('answerCallbackQuery', { callback_query_id: event.press.id }).catch(() => undefined)
  }
  return {
    kind: 'telegram',
    capabilities,
    toUpdates: createReading({ fileSize: capabilities.fileSize, hide, now }),
    standingOf,
    send: createSender({ api, mostButtons: capabilities.buttons, readFile, hide }),
    fetch: (remote) => fetchFile(api, remote),
    async typing({ external }) {
      await api.call('sendChatAction', { chat_id: external, action: 'typing' }).catch(() => undefined)
    },
    async greet(update) {
      await Promise.all([acknowledge(update), meetGroup(update)])
    },
  }
}
