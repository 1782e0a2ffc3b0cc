/** How much one visitor, and one address, may send. An address may be a whole charity's waiting room. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DomainError } from '../../ports/errors.ts'
import { visitorOf } from './visitor.ts'

/** Requests a minute. */
export interface WriteLimits {
  visitor: number
  address: number
}
export const defaultLimits: WriteLimits = { visitor: 60, address: 900 }

/** @returns a hook that throws DomainError `too-many` with `retryAfter` seconds. */
export const limitWrites = (app: FastifyInstance, limits: WriteLimits, https: boolean) => {
  const timeWindow = 60_000
  const checks = [
    app.createRateLimit({ max: limits.address, timeWindow, keyGenerator: (request) => `a:${request.ip}` }),
    app.createRateLimit({ max: limits.visitor, timeWindow, keyGenerator: (request) => `v:${request.ip}:${visitorOf(request, https)}` }),
  ]
  return async (request: FastifyRequest): Promise<void> => {
    for (const check of checks) {
      const result = await check(request)
      if (!result.isAllowed && result.isExceeded) throw new DomainError('too-many', 'too-many', { retryAfter: result.ttlInSeconds })
    }
  }
}
