import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { showRequest } from '../../app/desk/show-request.ts'
import { RequestId } from '../../core/ids.ts'
import { RequestStage } from '../../core/requests/request.ts'
import { Advance, type AdvancePreview } from '../contract.ts'
import { signedIn } from './guard.ts'
import { changeOnce } from './idempotency.ts'
import { parse } from './problem.ts'
import type { DeskOptions } from './use-cases.ts'

const Params = z.object({ id: RequestId })
const Query = z.object({ language: z.enum(['ar', 'en']).default('ar') })

/** The contract speaks of strings; here a stage is one of the list. */
const Move = Advance.extend({ to: RequestStage })

export const addRequestRoutes = (app: FastifyInstance, { store, acts, contents }: DeskOptions): void => {
  app.get('/requests/:id', { config: { desk: 'request.read' } }, async (request) => {
    const who = signedIn(request)
    const { id } = parse(Params, request.params, 'not-found')
    const { language } = parse(Query, request.query)
    return showRequest({ store, contents }, { association: who.association, request: id, language })
  })

  // Writes nothing: no Idempotency-Key.
  app.post('/requests/:id/preview', { config: { desk: 'request.preview' } }, async (request): Promise<AdvancePreview> => {
    const who = signedIn(request)
    const { id } = parse(Params, request.params, 'not-found')
    const { to, note } = parse(Move, request.body)
    return { text: await acts.previewAdvance({ association: who.association, request: id, to, note }) }
  })

  app.post(
    '/requests/:id/advance',
    { config: { desk: 'request.advance' } },
    changeOnce(store, async (request, who) => {
      const { id } = parse(Params, request.params, 'not-found')
      const { to, note, version } = parse(Move, request.body)
      await acts.advance({ association: who.association, request: id, to, note, version, staff: who.staff })
      return {}
    }),
  )
}
