/** Refuses writes that another site made a browser send. SameSite cookies are the second lock. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../ports/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A webhook: called by machines, carries its own secret. */
    crossSite?: boolean
  }
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

const isOurs = (request: FastifyRequest, publicOrigin: string | null): boolean => {
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return true
  if (site !== undefined) return false
  const origin = request.headers.origin
  if (origin === undefined) return false
  if (origin === publicOrigin) return true
  try {
    return new URL(origin).host === request.host
  } catch {
    return false
  }
}

/** Every write must come from our own pages, and bring JSON or a form with files. */
export const refuseCrossSite = (app: FastifyInstance, publicOrigin: string | null): void => {
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', async (request) => {
    if (safe.has(request.method) || request.routeOptions.config?.crossSite) return
    if (!isOurs(request, publicOrigin)) throw new DomainError('not-allowed', 'cross-site write')
  })
}
