/** Sends one message, in as many parts as it needs, and says how it went in the words of the port. */
import type { FileId } from '../../core/ids.ts'
import type { AbstractMessage, SendResult } from '../../ports/channel.ts'
import { DomainError } from '../../ports/errors.ts'
import type { Answer, BotApi, Payload } from './api.ts'
import { failureOf, isUnreadable } from './failures.ts'
import { captionLimit, escapeHtml, type Keyboard, layOut } from './lay-out.ts'
import { type Hide, messageName } from './names.ts'

/** Bytes of a stored file, to send it. */
export type ReadFile = (id: FileId) => Promise<Uint8Array>

/** Messages whose first parts are remembered while the rest is tried again. */
const mostBegun = 2_000

/** Of an upload: 10 MB over a slow line. */
const uploadTimeoutMs = 60_000

/** What Telegram shows as a picture; anything else is a document. */
const pictures = new Set(['image/jpeg', 'image/png', 'image/webp'])

/** Where a message stands once it is sent. */
type Placed = Pick<Answer<'sendMessage'>, 'message_id' | 'chat'>
type Step = () => Promise<Placed>

/** The file of the message cannot be read: nothing was sent. `gone`: it never will be. */
class Unread extends Error {
  readonly gone: boolean
  constructor(gone: boolean) {
    super('the file cannot be read')
    this.name = 'Unread'
    this.gone = gone
  }
}

/** Telegraf writes the name into a header as it stands. */
const headerSafe = (name: string): string => name.replace(/["\\\r\n]/g, '_')

export interface SenderOptions {
  api: BotApi
  mostButtons: number
  readFile: ReadFile
  hide: Hide
}

export const createSender = ({ api, mostButtons, readFile, hide }: SenderOptions) => {
  /**
   * Parts that have arrived, by outbox id, so that a second try begins where the first one stopped. It is this process's
   * memory: after a crash between two parts the message begins again, which is the one duplicate that a crash may cost.
   */
  const begun = new Map<string, number>()
  const remember = (id: string, parts: number): void => {
    const oldest = begun.keys().next()
    if (begun.size >= mostBegun && !oldest.done) begun.delete(oldest.value)
    begun.set(id, parts)
  }

  const sendText = (chat_id: number | string, text: string, keyboard: Keyboard | null): Promise<Placed> => {
    const rest = { chat_id, link_preview_options: { is_disabled: true }, ...(keyboard && { reply_markup: keyboard }) }
    const markedUp: Payload<'sendMessage'> = { ...rest, text: escapeHtml(text), parse_mode: 'HTML' }
    return api.call('sendMessage', markedUp).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error
      return api.call('sendMessage', { ...rest, text })
    })
  }

  const sendFile = async (
    chat_id: number | string,
    file: NonNullable<AbstractMessage['file']>,
    text: string | null,
    keyboard: Keyboard | null,
  ): Promise<Placed> => {
    const bytes = await readFile(file.id).catch((error: unknown) => {
      throw new Unread(error instanceof DomainError && error.code === 'not-found')
    })
    const input = { source: Buffer.from(bytes), filename: headerSafe(file.name ?? 'file') }
    const rest = { chat_id, ...(keyboard && { reply_markup: keyboard }) }
    const upload = (caption: { caption?: string; parse_mode?: 'HTML' }): Promise<Placed> =>
      pictures.has(file.mime)
        ? api.call('sendPhoto', { ...rest, ...caption, photo: input }, { timeoutMs: uploadTimeoutMs })
        : api.call('sendDocument', { ...rest, ...caption, document: input }, { timeoutMs: uploadTimeoutMs })
    if (text === null) return upload({})
    return upload({ caption: escapeHtml(text), parse_mode: 'HTML' }).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error
      return upload({ caption: text })
    })
  }

  const stepsOf = (chat: number | string, message: AbstractMessage): Step[] => {
    const parts = layOut(message, mostButtons)
    const texts: Step[] = parts.map((part) => () => sendText(chat, part.text, part.keyboard))
    const { file } = message
    if (!file) return texts
    const [only] = parts
    if (parts.length > 1 || !only || only.text.length > captionLimit) return [() => sendFile(chat, file, null, null), ...texts]
    return [() => sendFile(chat, file, only.text.trim() === '' ? null : only.text, only.keyboard)]
  }

  return async (to: { external: string }, message: AbstractMessage, id: string): Promise<SendResult> => {
    const chat = /^-?\d{1,15}$/.test(to.external) ? Number(to.external) : to.external
    const steps = stepsOf(chat, message)
    let externalId: string | null = null
    for (const [index, step] of steps.entries()) {
      if (index < (begun.get(id) ?? 0)) continue
      try {
        const sent = await step()
        externalId = messageName(hide, sent.chat.id, sent.message_id)
        if (steps.length > 1) remember(id, index + 1)
      } catch (error) {
        if (error instanceof Unread) return { ok: false, failure: error.gone ? 'refused' : 'unreachable', retryAfterMs: null }
        return { ok: false, ...failureOf(error) }
      }
    }
    begun.delete(id)
    return { ok: true, externalId }
  }
}
