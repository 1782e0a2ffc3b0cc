/** Who writes: a random secret in a cookie. Knowing it is being that visitor; there is nothing else to steal. */
import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../ports/errors.ts'

const year = 365 * 24 * 60 * 60
const shape = /^[A-Za-z0-9_-]{43}$/

/** `__Host-` binds the cookie to this host and to TLS, which plain HTTP on one's own machine cannot have. */
const cookieName = (https: boolean): string => (https ? '__Host-sila-visitor' : 'sila-visitor')

const read = (request: FastifyRequest, https: boolean): string | null => {
  const value = request.cookies[cookieName(https)]
  return value !== undefined && shape.test(value) ? value : null
}

/** @returns the visitor of this browser; a new one gets the cookie with this answer. */
export const greetVisitor = (request: FastifyRequest, reply: FastifyReply, https: boolean): string => {
  const visitor = read(request, https) ?? randomBytes(32).toString('base64url')
  // Set at each opening, so that the year counts from the last visit.
  reply.setCookie(cookieName(https), visitor, { path: '/', httpOnly: true, sameSite: 'lax', secure: https, maxAge: year })
  return visitor
}

/** @throws DomainError `not-signed-in` when the browser never opened the chat (or lost its cookie): the page opens again. */
export const visitorOf = (request: FastifyRequest, https: boolean): string => {
  const visitor = read(request, https)
  if (visitor === null) throw new DomainError('not-signed-in')
  return visitor
}
