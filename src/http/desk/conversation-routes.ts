import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ConversationId } from '../../core/ids.ts'
import { DeskReply } from '../contract.ts'
import { signedIn } from './guard.ts'
import { changeOnce } from './idempotency.ts'
import { presentConversation, presentRow } from './present.ts'
import { parse } from './problem.ts'
import type { DeskOptions } from './use-cases.ts'

const Params = z.object({ id: ConversationId })
const Query = z.object({ lines: z.coerce.number().int().min(1).max(5000).default(300) })

export const addConversationRoutes = (app: FastifyInstance, { store, acts }: DeskOptions): void => {
  app.get('/conversations', { config: { desk: 'conversation.read' } }, async (request) => {
    const who = signedIn(request)
    const rows = await store.conversations(who.association, who.staff.id)
    return rows.map(presentRow)
  })

  app.get('/conversations/:id', { config: { desk: 'conversation.read' } }, async (request) => {
    const who = signedIn(request)
    const { id } = parse(Params, request.params, 'not-found')
    const { lines } = parse(Query, request.query)
    return presentConversation(await store.conversation(who.association, id, lines))
  })

  app.post(
    '/conversations/:id/take',
    { config: { desk: 'conversation.take' } },
    changeOnce(store, async (request, who) => {
      const { id } = parse(Params, request.params, 'not-found')
      await acts.takeOver({ association: who.association, conversation: id, staff: who.staff })
      return {}
    }),
  )

  app.post(
    '/conversations/:id/reply',
    { config: { desk: 'conversation.reply' } },
    changeOnce(store, async (request, who, idempotencyKey) => {
      const { id } = parse(Params, request.params, 'not-found')
      const { text } = parse(DeskReply, request.body)
      const sent = await acts.reply({ association: who.association, conversation: id, staff: who.staff, text, idempotencyKey })
      return { id: sent.id }
    }),
  )

  app.post(
    '/conversations/:id/release',
    { config: { desk: 'conversation.release' } },
    changeOnce(store, async (request, who) => {
      const { id } = parse(Params, request.params, 'not-found')
      await acts.release({ association: who.association, conversation: id, staff: who.staff })
      return {}
    }),
  )
}
