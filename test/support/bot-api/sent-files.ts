/** Files, places and contacts: how a message says what it carries, whichever side sent it. */
import type { Document, Message, PhotoSize, Sticker, User, Video, Voice } from '@grammyjs/types'
import type { FileStore, StoredFile } from './file-store.ts'

export const fileKinds = ['photo', 'document', 'voice', 'video', 'sticker'] as const
export type FileKind = (typeof fileKinds)[number]
export type SentKind = FileKind | 'location' | 'contact'

export interface SentFile {
  bytes: Buffer
  name?: string
  mime?: string
  /** What Telegram says about its size, when that is not so. */
  declaredSize?: number
}

interface KindOfFile {
  mime: string
  /** Telegram keeps the name. */
  named: boolean
}

export const usual: Record<FileKind, KindOfFile> = {
  photo: { mime: 'image/jpeg', named: false },
  document: { mime: 'application/octet-stream', named: true },
  voice: { mime: 'audio/ogg', named: false },
  video: { mime: 'video/mp4', named: true },
  sticker: { mime: 'image/webp', named: false },
}

/** Riyadh, where nobody lives in particular. */
const place = { latitude: 24.7136, longitude: 46.6753 }

/** The part of a person's message that carries it. */
export const attach = (files: FileStore, from: User, kind: SentKind, file: SentFile = { bytes: Buffer.from(kind) }): Partial<Message> => {
  if (kind === 'location') return { location: place }
  if (kind === 'contact') return { contact: { phone_number: '966500000000', first_name: from.first_name, user_id: from.id } }
  const { mime, named } = usual[kind]
  const stored = files.add(kind, {
    bytes: file.bytes,
    name: named ? (file.name ?? null) : null,
    mime: file.mime ?? mime,
    ...(file.declaredSize !== undefined && { size: file.declaredSize }),
  })
  return carry[kind](stored)
}

const head = ({ id, uniqueId, size }: StoredFile) => ({ file_id: id, file_unique_id: uniqueId, file_size: size })
const named = ({ name }: StoredFile) => (name === null ? {} : { file_name: name })

export const carry = {
  photo: (file: StoredFile): { photo: PhotoSize[] } => ({
    photo: [
      { file_id: `${file.id}s`, file_unique_id: `${file.uniqueId}s`, file_size: 900, width: 90, height: 67 },
      { ...head(file), width: 1280, height: 960 },
    ],
  }),
  document: (file: StoredFile): { document: Document } => ({ document: { ...head(file), ...named(file), mime_type: file.mime } }),
  voice: (file: StoredFile): { voice: Voice } => ({ voice: { ...head(file), duration: 3, mime_type: file.mime } }),
  video: (file: StoredFile): { video: Video } => ({
    video: { ...head(file), ...named(file), width: 640, height: 360, duration: 5, mime_type: file.mime },
  }),
  sticker: (file: StoredFile): { sticker: Sticker } => ({
    sticker: { ...head(file), type: 'regular', width: 512, height: 512, is_animated: false, is_video: false, emoji: '🙂' },
  }),
} satisfies Record<FileKind, (file: StoredFile) => Partial<Message>>
