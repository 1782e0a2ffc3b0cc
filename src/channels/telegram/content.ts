/** What a message says, in the words of the engine: one reader for each kind that Telegram has. */
import { z } from 'zod'
import type { Content, ReceivedFile } from '../../core/engine/input.ts'
import { cleanText } from '../../core/text/clean.ts'
import { type Hide, messageName } from './names.ts'
import type { Message } from './update.ts'

interface Reader {
  /** Field of the message that tells the kind. */
  field: string
  read(message: Message): Content | null
}

const reader = <T extends z.ZodType>(field: string, schema: T, content: (value: z.output<T>, message: Message) => Content): Reader => ({
  field,
  read: (message) => {
    const value = schema.safeParse(message[field])
    return value.success ? content(value.data, message) : null
  },
})

const RemoteFile = z.looseObject({
  file_id: z.string().min(1),
  file_size: z.number().int().nonnegative().optional(),
  file_name: z.string().optional(),
})
const Place = z.looseObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })

/** What carries the person further when a link led here: `t.me/<bot>?start=<payload>`. */
const start = /^\/start(?:@\w+)?(?:\s+(.*))?$/s
const payload = /^[\w-]{1,64}$/

const captionOf = (message: Message): string | null => {
  const caption = z.string().safeParse(message.caption)
  return caption.success && caption.data !== '' ? cleanText(caption.data) : null
}

/** @param limit bytes: what is declared larger is not fetched at all */
const readersFor = (limit: number, hide: Hide): readonly Reader[] => {
  const fileOf = ({ file_id, file_size = 0, file_name }: z.output<typeof RemoteFile>): ReceivedFile => {
    const tooLarge = file_size > limit
    return {
      id: null,
      mime: null,
      size: file_size,
      name: file_name ? cleanText(file_name) : null,
      problem: tooLarge ? 'too-large' : null,
      remote: tooLarge ? null : file_id,
    }
  }
  const media = (field: string, kind: 'document' | 'voice' | 'video'): Reader =>
    reader(field, RemoteFile, (file, message) => ({ kind, file: fileOf(file), caption: captionOf(message) }))

  return [
    reader('text', z.string(), (raw, message) => {
      const began = start.exec(raw)
      if (began) return { kind: 'start', payload: payload.exec(began[1]?.trim() ?? '')?.[0] ?? null }
      const text = cleanText(raw)
      if (text.trim() === '') return { kind: 'unknown' }
      const quoted = message.reply_to_message?.message_id
      return { kind: 'text', text, ...(quoted !== undefined && { quotes: messageName(hide, message.chat.id, quoted) }) }
    }),
    // Sizes come smallest first.
    reader('photo', z.array(RemoteFile).min(1), (sizes, message) => ({
      kind: 'image',
      file: fileOf(sizes[sizes.length - 1] as z.output<typeof RemoteFile>), // at least one
      caption: captionOf(message),
    })),
    media('voice', 'voice'),
    // A recording from another program: staff listen to it as to a voice note.
    media('audio', 'voice'),
    media('video_note', 'video'),
    media('video', 'video'),
    // Before `document`, which every animation carries for older programs.
    media('animation', 'video'),
    media('document', 'document'),
    reader('sticker', z.looseObject({}), () => ({ kind: 'sticker' })),
    // A venue carries its location beside itself.
    reader('location', Place, ({ latitude, longitude }) => ({ kind: 'location', latitude, longitude })),
    reader('contact', z.looseObject({}), () => ({ kind: 'contact' })),
  ]
}

/** Telegram speaking of the chat itself: nobody has said anything. What is not listed is a message of a kind to come. */
const serviceFields = [
  'pinned_message',
  'message_auto_delete_timer_changed',
  'write_access_allowed',
  'chat_background_set',
  'users_shared',
  'chat_shared',
  'connected_website',
  'proximity_alert_triggered',
  'successful_payment',
  'refunded_payment',
  'gift',
  'unique_gift',
  'boost_added',
  'new_chat_members',
  'left_chat_member',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'group_chat_created',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
] as const

/**
 * @param limit bytes of one file that may arrive
 * @returns a reader of messages: total, null where nobody has said anything
 */
export const createContentReader = (limit: number, hide: Hide): ((message: Message) => Content | null) => {
  const readers = readersFor(limit, hide)
  return (message) => {
    for (const { field, read } of readers) {
      const content = field in message ? read(message) : null
      if (content) return content
    }
    return serviceFields.some((field) => field in message) ? null : { kind: 'unknown' }
  }
}

const SharedContact = z.looseObject({ phone_number: z.string(), user_id: z.number() })

/** @returns the person's number when they have shared their own, E.164: a contact of somebody else is no number of theirs. */
export const ownPhone = (message: Message): string | null => {
  const contact = SharedContact.safeParse(message.contact)
  if (!contact.success || contact.data.user_id !== message.from?.id) return null
  const digits = contact.data.phone_number.replace(/[\s()+-]/g, '')
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null
}
