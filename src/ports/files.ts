/** Files of people: encrypted on disk, the row is the truth. */

import type { FileProblem } from '../core/engine/input.ts'
import type { ContactId, FileId, Slug } from '../core/ids.ts'

export interface FileInfo {
  id: FileId
  mime: string
  /** Bytes. */
  size: number
  name: string | null
}

export type KeptFile = { ok: true; file: FileInfo } | { ok: false; problem: FileProblem; size: number; name: string | null }

export interface Files {
  /**
   * Decides the type by content, re-encodes images (location data is gone), refuses what is not
   * wanted, counts bytes itself and aborts at `limit`, seals and stores.
   * @param id kept under it, in place of what an earlier try left there; otherwise a new one
   */
  keep(
    owner: { association: Slug; contact: ContactId },
    stream: AsyncIterable<Uint8Array>,
    name: string | null,
    limit: number,
    id?: FileId,
  ): Promise<KeptFile>
  /** @throws DomainError `not-found` */
  read(association: Slug, id: FileId): Promise<{ info: FileInfo; contact: ContactId; bytes: Buffer }>
  remove(association: Slug, id: FileId): Promise<void>
}
