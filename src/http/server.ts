/** The HTTP server: everything the pages and machines may ask, as plain plugins that main hands in. */
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Language } from '../core/engine/state.ts'
import { answerErrors, type DescribeError, languageOf, traceOf } from './errors.ts'
import { addSecurityHeaders } from './headers.ts'
import { createHome, type HomePage } from './home.ts'
import { addMachineRoutes, type MachineOptions } from './machine-routes.ts'
import { assetsIn, servePages } from './pages.ts'
import { refuseCrossSite } from './same-origin.ts'

export interface ServerOptions extends MachineOptions {
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
  /** CSP hashes of inline styles that a page library insists on (`hashSource`). */
  styles?: readonly string[]
}

/** Ordinary requests are small; files have their own route and counter. */
const bodyLimit = 512 * 1024

/** How long a request under way may hold up the end, ms: an upload on a slow line would hold it up for minutes. */
const dawdleMs = 8_000

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
    // Answers under way are finished; open streams end themselves (preClose), whoever dawdles is cut off at last.
    forceCloseConnections: 'idle',
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
  endPatiently(app)
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
  addMachineRoutes(app, options)
  if (options.pages !== null) await servePages(app, options.pages)
  for (const register of options.plugins) await register(app)
  await app.ready()
  return app
}

/** Requests under way are finished, up to a point; a line that a browser opened in advance is no request. */
const endPatiently = (app: FastifyInstance): void => {
  const lines = new Set<Socket>()
  app.server.on('connection', (line) => {
    lines.add(line)
    line.once('close', () => lines.delete(line))
  })
  let ending = false
  app.addHook('onSend', async (_request, reply) => {
    // Begun before the end: its line would be kept for a next request that nobody takes.
    if (ending) reply.header('connection', 'close')
  })
  app.addHook('preClose', async () => {
    ending = true
    for (const line of lines) if (line.bytesRead === 0) line.destroy()
    setTimeout(() => app.server.closeAllConnections(), dawdleMs).unref()
  })
}
