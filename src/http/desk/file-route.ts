import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { FileId } from '../../core/ids.ts'
import { signedIn } from './guard.ts'
import { parse } from './problem.ts'
import type { DeskOptions } from './use-cases.ts'

const Params = z.object({ id: FileId })

/** Re-encoded by us on arrival, so a browser may show them in place. Everything else is downloaded. */
const shownInPlace = new Set(['image/jpeg', 'image/png', 'image/webp'])

export const addFileRoute = (app: FastifyInstance, { files }: DeskOptions): void => {
  app.get('/files/:id', { config: { desk: 'file.read' } }, async (request, reply) => {
    const who = signedIn(request)
    const { id } = parse(Params, request.params, 'not-found')
    const { info, bytes } = await files.read(who.association, id)
    const disposition = shownInPlace.has(info.mime) ? 'inline' : 'attachment'
    return reply
      .header('content-type', info.mime)
      .header('content-disposition', `${disposition}; filename*=UTF-8''${encodeURIComponent((info.name ?? info.id).toWellFormed())}`)
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('cache-control', 'private, no-store')
      .send(bytes)
  })
}
