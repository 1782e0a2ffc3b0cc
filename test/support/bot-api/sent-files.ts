/** Files, places and contacts as people send them. */
import type { Message, PhotoSize, User } from '@grammyjs/types'
import type { FileStore, StoredFile } from './file-store.ts'

export type SentKind = 'photo' | 'document' | 'voice' | 'video' | 'sticker' | 'location' | 'contact'

export interface SentFile {
  bytes: Buffer
  name?: string
  mime?: string
  /** What Telegram says about its size, when that is not so. */
  declaredSize?: number
}

const usual: Record<Exclude<SentKind, 'location' | 'contact'>, { folder: string; mime: string; named: boolean }> = {
  photo: { folder: 'photos', mime: 'image/jpeg', named: false },
  document: { folder: 'documents', mime: 'application/octet-stream', named: true },
  voice: { folder: 'voice', mime: 'audio/ogg', named: false },
  video: { folder: 'videos', mime: 'video/mp4', named: true },
  sticker: { folder: 'stickers', mime: 'image/webp', named: false },
}

/** Riyadh, where nobody lives in particular. */
const place = { latitude: 24.7136, longitude: 46.6753 }

/** The part of a message that carries it. */
export const attach = (files: FileStore, from: User, kind: SentKind, file: SentFile = { bytes: Buffer.from(kind) }): Partial<Message> => {
  if (kind === 'location') return { location: place }
  if (kind === 'contact') return { contact: { phone_number: '966500000000', first_name: from.first_name, user_id: from.id } }
  const { folder, mime, named } = usual[kind]
  const stored = files.add(folder, {
    bytes: file.bytes,
    name: named ? (file.name ?? null) : null,
    mime: file.mime ?? mime,
    ...(file.declaredSize !== undefined && { size: file.declaredSize }),
  })
  return carry(kind, stored)
}

/** The same for both sides: what a message says about a file it carries. */
export const carry = (kind: Exclude<SentKind, 'location' | 'contact'>, stored: StoredFile) => {
  const head = { file_id: stored.id, file_unique_id: stored.uniqueId, file_size: stored.size }
  const named = stored.name === null ? {} : { file_name: stored.name }
  switch (kind) {
    case 'photo': {
      const small: PhotoSize = {
        ...head,
        file_id: `${stored.id}s`,
        file_unique_id: `${stored.uniqueId}s`,
        file_size: 900,
        width: 90,
        height: 67,
      }
      return { photo: [small, { ...head, width: 1280, height: 960 }] }
    }
    case 'document':
      return { document: { ...head, ...named, mime_type: stored.mime } }
    case 'voice':
      return { voice: { ...head, duration: 3, mime_type: stored.mime } }
    case 'video':
      return { video: { ...head, ...named, width: 640, height: 360, duration: 5, mime_type: stored.mime } }
    case 'sticker':
      return { sticker: { ...head, type: 'regular' as const, width: 512, height: 512, is_animated: false, is_video: false, emoji: '🙂' } }
    default:
      throw new Error(`no such kind: ${kind satisfies never}`)
  }
}
