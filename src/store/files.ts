/** Files of people: sealed on disk under the data directory; the row is the truth. */
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { v7 as uuid7 } from 'uuid'
import { ContactId, FileId } from '../core/ids.ts'
import type { Clock } from '../ports/clock.ts'
import { DomainError } from '../ports/errors.ts'
import type { FileInfo, Files } from '../ports/files.ts'
import { checkFile, nameOf, plainName } from './file-check.ts'
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'
import { openText, seal, sealText, open as unseal } from './seal.ts'

export interface StoredFiles extends Files {
  /**
   * Deletes files that no row knows (a crash came between) and those of removed rows.
   * @param olderThanMs younger ones may still be on their way to their row
   * @returns how many went
   */
  sweepOrphans(olderThanMs?: number): Promise<number>
}

const hour = 3_600_000

/** Reads at most `limit` bytes, counting them itself: what a sender says of its size is not believed. */
const collect = async (stream: AsyncIterable<Uint8Array>, limit: number): Promise<{ bytes: Buffer | null; size: number }> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > limit) return { bytes: null, size }
    chunks.push(chunk)
  }
  return { bytes: Buffer.concat(chunks), size }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Whole or not at all, and on the disk before the row says so. */
const writeSealed = async (path: string, bytes: Buffer): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const part = `${path}.part`
  try {
    await rm(part, { force: true }) // of a process that died while it wrote
    const file = await open(part, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** @param directory made when it is missing; readable by this user alone */
export const createFiles = (deps: { prisma: PrismaClient; keyring: Keyring; directory: string; clock: Clock }): StoredFiles => {
  const { prisma, keyring, directory, clock } = deps
  // The end of a UUIDv7 is random; its beginning is the time and would fill one folder.
  const pathOf = (association: string, id: string) => join(directory, association, id.slice(-2), id)
  const place = (association: string, id: string, column: 'content' | 'name') => ({ association, table: 'file', row: id, column })
  const drop = async (path: string): Promise<void> => {
    try {
      await unlink(path)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  const sweepFolder = async (association: string, folder: string, olderThanMs: number): Promise<number> => {
    const names = await readdir(folder)
    const known = await inAssociation(prisma, association, (tx) =>
      tx.file.findMany({
        where: { id: { in: names.filter((name) => FileId.safeParse(name).success) } },
        select: { id: true, removedAt: true },
      }),
    )
    const rows = new Map(known.map((row) => [row.id, row.removedAt]))
    let gone = 0
    for (const name of names) {
      if (rows.get(name) === null) continue
      const path = join(folder, name)
      const removed = rows.has(name)
      if (!removed && Date.now() - (await stat(path)).mtimeMs < olderThanMs) continue
      await drop(path)
      gone += 1
    }
    return gone
  }

  return {
    async keep({ association, contact }, stream, name, limit, id = FileId.parse(uuid7({ msecs: clock.now().getTime() }))) {
      const { bytes, size } = await collect(stream, limit)
      if (bytes === null) return { ok: false, problem: 'too-large', size, name: plainName(name) }
      const checked = await checkFile(bytes)
      if (!checked.ok) return { ok: false, problem: checked.problem, size, name: plainName(name) }
      const key = await keyring.contactKey(association, contact)
      const now = clock.now()
      const info: FileInfo = {
        id,
        mime: checked.mime,
        size: checked.bytes.length,
        name: nameOf(name, checked.extension),
      }
      const path = pathOf(association, info.id)
      await writeSealed(path, seal(key, place(association, info.id, 'content'), checked.bytes))
      try {
        const data = {
          mime: info.mime,
          size: info.size,
          name: info.name === null ? null : new Uint8Array(sealText(key, place(association, id, 'name'), info.name)),
          createdAt: now,
          removedAt: null,
        }
        await inAssociation(prisma, association, (tx) =>
          tx.file.upsert({ where: { id }, create: { ...data, id, association, contactId: contact }, update: data }),
        )
      } catch (error) {
        await drop(path)
        throw error
      }
      return { ok: true, file: info }
    },

    async read(association, id) {
      const row = await inAssociation(prisma, association, (tx) => tx.file.findFirst({ where: { id, removedAt: null } }))
      if (!row) throw new DomainError('not-found', 'no such file')
      const contact = ContactId.parse(row.contactId)
      const key = await keyring.contactKey(association, contact)
      const sealed = await readFile(pathOf(association, id)).catch((error: unknown) => {
        throw isMissing(error) ? new DomainError('not-found', 'no such file') : error
      })
      const name = row.name === null ? null : openText(key, place(association, id, 'name'), row.name)
      return {
        info: { id, mime: row.mime, size: row.size, name },
        contact,
        bytes: unseal(key, place(association, id, 'content'), sealed),
      }
    },

    async remove(association, id) {
      const { count } = await inAssociation(prisma, association, (tx) =>
        tx.file.updateMany({ where: { id, removedAt: null }, data: { removedAt: clock.now() } }),
      )
      if (count > 0) await drop(pathOf(association, id))
    },

    async sweepOrphans(olderThanMs = hour) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await chmod(directory, 0o700)
      let gone = 0
      for (const association of await readdir(directory))
        for (const first of await readdir(join(directory, association)))
          gone += await sweepFolder(association, join(directory, association, first), olderThanMs)
      return gone
    },
  }
}
