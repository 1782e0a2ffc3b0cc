/** The HTTP server: everything the pages and machines may ask, as plain plugins that main hands in. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Language } from '../core/engine/state.ts'
import { answerErrors, type DescribeError, languageOf, traceOf } from './errors.ts'
import { addSecurityHeaders } from './headers.ts'
import { createHome, type HomePage } from './home.ts'
import { assetsIn, servePages } from './pages.ts'
import { refuseCrossSite } from './same-origin.ts'

export interface ServerOptions {
  logger: FastifyBaseLogger
  /** Registers the routes of one part: `(app) => app.register(chatPlugin, …)`. In order. */
  plugins: ((app: FastifyInstance) => unknown)[]
  /** Folder that `vite build` wrote; null serves no pages. */
  pages: string | null
  /** `https://…` as people reach us; decides secure cookies and HSTS. Null: plain HTTP on this machine. */
  publicUrl: string | null
  /** Addresses of proxies whose X-Forwarded-For counts; none by default. */
  trustProxy?: boolean | string | string[]
  describeError: DescribeError
  /** What `/` shows. */
  home: (language: Language) => HomePage
  /** Readiness by part; 503 when one is not ready. */
  health: () => Promise<Record<string, boolean>>
  metrics: () => Promise<{ type: string; text: string }>
  /** CSP hashes of inline styles that a page library insists on (`hashSource`). */
  styles?: readonly string[]
}

/** Ordinary requests are small; files have their own route and counter. */
const bodyLimit = 512 * 1024

/**
 * Builds the server; the caller listens and closes.
 * Nothing of a request but its route pattern, status and duration is logged.
 */
export const createServer = async (options: ServerOptions): Promise<FastifyInstance> => {
  const publicOrigin = options.publicUrl === null ? null : new URL(options.publicUrl).origin
  const https = publicOrigin?.startsWith('https:') ?? false
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit,
    trustProxy: options.trustProxy ?? false,
    // A whole upload on a slow phone; a client that trickles bytes is cut off after it.
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 128 },
    clientErrorHandler: (error, socket) => {
      options.logger.debug(traceOf(error), 'broken request')
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      else socket.destroy()
    },
  })
  const home = createHome(options.pages === null ? [] : await assetsIn(options.pages))
  answerErrors(app, options.describeError, home)
  addSecurityHeaders(app, { https, styles: options.styles ?? [] })
  refuseCrossSite(app, publicOrigin)
  app.addHook('onResponse', async (request, reply) => {
    const facts = {
      route: request.routeOptions.url ?? null,
      method: request.method,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    request.log.debug(facts, 'request')
  })

  app.get('/', (request, reply) =>
    reply
      .header('content-security-policy', home.policy)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(home.page(options.home(languageOf(request)))),
  )
  app.get('/health', async (_request, reply) => {
    const parts = await options.health()
    const ready = Object.values(parts).every(Boolean)
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready, parts })
  })
  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await options.metrics()
    return reply.type(type).header('cache-control', 'no-store').send(text)
  })
  if (options.pages !== null) await servePages(app, options.pages)
  for (const register of options.plugins) await register(app)
  await app.ready()
  return app
}
