/** The desk's API, under `/api/desk`. Every route names its action; one that does not fails to register. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyPluginAsync } from 'fastify'
import { addConversationRoutes } from './conversation-routes.ts'
import { addEventRoute } from './event-route.ts'
import { createEventStreams } from './event-streams.ts'
import { addFileRoute } from './file-route.ts'
import { guardDesk } from './guard.ts'
import { tellOwner } from './problem.ts'
import { addRequestRoutes } from './request-routes.ts'
import { addSessionRoutes } from './session-routes.ts'
import type { DeskOptions } from './use-cases.ts'

/** Bytes of a body: a long note in UTF-8 with room to spare. */
const bodyLimit = 64 * 1024

export const deskPlugin: FastifyPluginAsync<DeskOptions> = async (outer, options) => {
  await outer.register(
    async (app) => {
      tellOwner(app)
      await app.register(rateLimit, { global: false })
      app.addHook('onRoute', (route) => {
        route.bodyLimit ??= bodyLimit
      })
      guardDesk(app, options.access)
      app.addHook('onSend', async (_request, reply) => {
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
      })
      const streams = createEventStreams((association, listener) => options.acts.subscribe(association, listener))
      addSessionRoutes(app, options, streams)
      addConversationRoutes(app, options)
      addRequestRoutes(app, options)
      addFileRoute(app, options)
      addEventRoute(app, options, streams)
    },
    { prefix: '/api/desk' },
  )
}
