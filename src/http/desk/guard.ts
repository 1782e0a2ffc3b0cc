/** What stands before every route of the desk: a live session and a role that may. Same origin is the server's. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type DeskAction, mayDo } from '../../app/desk/permissions.ts'
import { DomainError } from '../../ports/errors.ts'
import type { SignedIn, StaffAccess } from '../../ports/staff-access.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call this route: an action of `app/desk/permissions.ts`, or `public` before sign-in. */
    desk?: DeskAction | 'public'
  }
  interface FastifyRequest {
    signedIn: SignedIn | null
  }
}

/** @returns who is signed in; the guard has seen to it that someone is. */
export const signedIn = (request: FastifyRequest): SignedIn => {
  if (request.signedIn === null) throw new DomainError('not-signed-in')
  return request.signedIn
}

export const guardDesk = (app: FastifyInstance, access: StaffAccess): void => {
  app.decorateRequest('signedIn', null)
  app.addHook('onRoute', (route) => {
    if (route.config?.desk === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`)
  })
  app.addHook('onRequest', async (request) => {
    const action = request.routeOptions.config.desk
    if (action === 'public' || action === undefined) return
    request.signedIn = await access.find(request.headers.cookie ?? '', action !== 'events.read')
    if (!mayDo(signedIn(request).staff.role, action)) throw new DomainError('not-allowed')
  })
}
