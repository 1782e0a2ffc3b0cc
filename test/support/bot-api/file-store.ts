/** The files of one bot, both ways. */
import { createHash } from 'node:crypto'

export interface StoredFile {
  id: string
  uniqueId: string
  kind: string
  /** Below `/file/bot<token>/`. */
  path: string
  name: string | null
  mime: string
  bytes: Buffer
  /** What Telegram says its size is; tests let it differ from the bytes. */
  size: number
}

export interface FileStore {
  add(kind: string, file: { bytes: Buffer; name: string | null; mime: string; size?: number }): StoredFile
  byId(id: string): StoredFile | null
  byPath(path: string): StoredFile | null
}

export const createFileStore = (botId: number): FileStore => {
  const byId = new Map<string, StoredFile>()
  const byPath = new Map<string, StoredFile>()
  return {
    add: (kind, { bytes, name, mime, size }) => {
      const n = byId.size
      const extension = name?.includes('.') ? name.slice(name.lastIndexOf('.')) : ''
      const file: StoredFile = {
        // Opaque, and of the length the real ones have.
        id: `BQACAgQAAxkBAAI${createHash('sha256').update(`file ${botId}/${n}`).digest('base64url')}${n}`,
        uniqueId: createHash('sha256').update(`unique ${botId}/${n}`).digest('base64url').slice(0, 16),
        kind,
        path: `${kind}s/file_${n}${extension}`,
        name,
        mime,
        bytes,
        size: size ?? bytes.length,
      }
      byId.set(file.id, file)
      byPath.set(file.path, file)
      return file
    },
    byId: (id) => byId.get(id) ?? null,
    byPath: (path) => byPath.get(path) ?? null,
  }
}
