/** An upload: fields first, then one file, counted and kept while it arrives. */
import type { MultipartFile } from '@fastify/multipart'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Content, FileProblem } from '../../core/engine/input.ts'
import { DomainError } from '../../ports/errors.ts'
import type { KeptFile } from '../../ports/files.ts'
import type { ChatUseCases } from './use-cases.ts'

const Fields = z.object({ clientId: z.uuid(), caption: z.string().max(4000).default('') })

/** Bytes read and thrown away after a refusal, so that an honest browser still hears the answer. */
const drainLimit = 32 * 1024 * 1024

const kindOf = (mime: string | null): 'image' | 'document' | 'voice' | 'video' => {
  if (mime?.startsWith('image/')) return 'image'
  if (mime?.startsWith('audio/')) return 'voice'
  return mime?.startsWith('video/') ? 'video' : 'document'
}

const contentOf = (kept: KeptFile, caption: string): Content => ({
  kind: kindOf(kept.ok ? kept.file.mime : null),
  file: kept.ok ? { ...kept.file, problem: null } : { id: null, mime: null, size: kept.size, name: kept.name, problem: kept.problem },
  caption: caption === '' ? null : caption,
})

/** @returns false when the rest was not worth reading and the connection has to go. */
const drain = async (part: MultipartFile): Promise<boolean> => {
  let rest = 0
  for await (const chunk of part.file) {
    // Uint8Array by busboy; its typings leave the chunk open.
    rest += (chunk as Uint8Array).byteLength
    if (rest > drainLimit) return false
  }
  return true
}

/**
 * @throws DomainError `invalid-input` without a file or a `clientId` before it
 */
export const receiveFile = async (
  chat: ChatUseCases,
  slug: string,
  visitor: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ id: string; problem: FileProblem | null }> => {
  const values: Record<string, unknown> = {}
  for await (const part of request.parts({ limits: { files: 1, fields: 4, fieldSize: 16_384, fileSize: Number.POSITIVE_INFINITY } })) {
    if (part.type === 'field') {
      values[part.fieldname] = part.value
      continue
    }
    const fields = Fields.safeParse(values)
    if (!fields.success) {
      await drain(part)
      throw new DomainError('invalid-input')
    }
    const { clientId, caption } = fields.data
    const known = (await chat.messages(slug, visitor, null)).find((message) => message.clientId === clientId)
    if (known) {
      await drain(part)
      return { id: known.id, problem: null }
    }
    const kept = await chat.keepFile(slug, visitor, part.file.iterator({ destroyOnReturn: false }), part.filename || null)
    if (!(await drain(part))) {
      reply.header('connection', 'close')
      reply.raw.once('finish', () => request.raw.destroy())
    }
    const { id } = await chat.receive(slug, visitor, { clientId, content: contentOf(kept, caption) })
    return { id, problem: kept.ok ? null : kept.problem }
  }
  throw new DomainError('invalid-input')
}
