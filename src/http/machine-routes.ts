/** What machines ask: does it live, may people be sent here, how is it doing. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'

/** By part; all of them must hold. */
export type Parts = Record<string, boolean>

export interface MachineOptions {
  logger: FastifyBaseLogger
  /** The process lives and the database answers; otherwise it should be looked after. */
  health: () => Promise<Parts>
  /** People, or work, may be sent here: started, and not on the way out. */
  ready: () => Parts
  metrics: () => Promise<{ type: string; text: string }>
}

/** `/health` and `/ready` answer 200 or 503 with the parts; `/metrics` is Prometheus' text. */
export const addMachineRoutes = (app: FastifyInstance, { health, ready, metrics }: Omit<MachineOptions, 'logger'>): void => {
  const answer = (url: string, look: () => Parts | Promise<Parts>) =>
    app.get(url, async (_request, reply) => {
      const parts = await look()
      const ok = Object.values(parts).every(Boolean)
      return reply
        .code(ok ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ ok, parts })
    })
  answer('/health', health)
  answer('/ready', ready)
  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await metrics()
    return reply.type(type).header('cache-control', 'no-store').send(text)
  })
}

/** The server of a process without pages: these three addresses and nothing else. */
export const createMachineServer = async (options: MachineOptions): Promise<FastifyInstance> => {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    requestTimeout: 10_000,
  })
  addMachineRoutes(app, options)
  await app.ready()
  return app
}
