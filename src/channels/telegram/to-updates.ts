/** Deliveries of Telegram as updates of ours. Pure, total; the same delivery gives the same ids. */
import type { Content } from '../../core/engine/input.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Update } from '../../ports/channel.ts'
import { createContentReader, ownPhone } from './content.ts'
import { type Hide, messageName } from './names.ts'
import { readPress } from './press.ts'
import { chatOf, eventOf, type Message, type TelegramUpdate } from './update.ts'

const instant = (seconds: number, otherwise: Date): string => {
  const date = new Date(seconds * 1000)
  return seconds > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : otherwise.toISOString()
}

/**
 * An edit reads as words when it has any. Without words it is a picture or paper put in the place of another, which is
 * heard as one more; a live location that moves on is nothing new.
 */
const edited = (content: Content | null): Content | null => {
  switch (content?.kind) {
    case 'text':
      return { kind: 'edit', text: content.text }
    case 'image':
    case 'document':
    case 'voice':
    case 'video':
      return content.caption === null ? content : { kind: 'edit', text: content.caption }
    default:
      return null
  }
}

export interface ReadingOptions {
  hide: Hide
  /** Bytes of one file that may arrive. */
  fileSize: number
  /** When a press arrived: Telegram does not say. */
  now(): Date
}

export const createReading = ({ fileSize, now, hide }: ReadingOptions): ((update: TelegramUpdate) => Update[]) => {
  const read = createContentReader(fileSize, hide)
  const heard = (message: Message, content: Content | null, id: string, seconds: number): Update[] => {
    if (content === null || message.from?.is_bot) return []
    const at = instant(seconds, now())
    return [{ external: String(message.chat.id), externalId: id, at, content, phone: ownPhone(message) }]
  }
  return (update) => {
    const event = eventOf(update)
    if (event === null || chatOf(event).type !== 'private') return []
    switch (event.kind) {
      case 'message': {
        const { message } = event
        return heard(message, read(message), messageName(hide, message.chat.id, message.message_id), message.date)
      }
      case 'edit': {
        const { message } = event
        const seconds = message.edit_date ?? message.date
        // Two edits in one second are two: the number of the update tells them apart, and is the same when it comes again.
        const id = `${messageName(hide, message.chat.id, message.message_id)}:e${seconds}.${update.update_id}`
        return heard(message, edited(read(message)), id, seconds)
      }
      case 'press': {
        const { press } = event
        const { promptId, optionId } = readPress(press.data)
        const content = { kind: 'choice' as const, promptId: cleanText(promptId), optionId: cleanText(optionId) }
        return [{ external: String(chatOf(event).id), externalId: `c${hide(press.id)}`, at: now().toISOString(), content, phone: null }]
      }
      case 'membership':
        return []
      default:
        return event satisfies never
    }
  }
}

/** Whether the person can be written to; null when the update says nothing about it. */
export interface Standing {
  external: string
  reachable: boolean
}

export const standingOf = (update: TelegramUpdate): Standing | null => {
  const event = eventOf(update)
  if (event?.kind !== 'membership' || event.membership.chat.type !== 'private') return null
  const { status } = event.membership.new_chat_member
  if (status !== 'kicked' && status !== 'member') return null
  return { external: String(event.membership.chat.id), reachable: status === 'member' }
}
