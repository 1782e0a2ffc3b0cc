import type { FastifyInstance } from 'fastify'
import { openEventStream } from '../sse.ts'
import type { EventStreams } from './event-streams.ts'
import { signedIn } from './guard.ts'
import type { DeskOptions } from './use-cases.ts'

/** Milliseconds between two looks at the session of an open stream. */
const beatMs = 15_000

export const addEventRoute = (app: FastifyInstance, options: DeskOptions, streams: EventStreams): void => {
  app.get('/events', { config: { desk: 'events.read' } }, (request, reply) => {
    const who = signedIn(request)
    const cookie = request.headers.cookie ?? ''
    const stream = openEventStream(request, reply, options.beatMs ?? beatMs)
    streams.add(who.association, { session: who.session, stream })
    // A stream outlives the check at its door: sessions end, members leave, roles change.
    const look = setInterval(async () => {
      const still = await options.access.find(cookie, false).catch(() => null)
      if (still === null || still.staff.role !== who.staff.role || still.association !== who.association) stream.end()
    }, options.beatMs ?? beatMs)
    stream.onClose(() => clearInterval(look))
  })
  app.addHook('preClose', async () => streams.endAll())
}
