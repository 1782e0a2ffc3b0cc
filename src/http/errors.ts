/** One place where a refusal becomes an HTTP answer. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Language } from '../core/engine/state.ts'
import { DomainError, type DomainErrorCode, domainErrors } from '../ports/errors.ts'
import type { Problem } from './contract.ts'
import type { Home } from './home.ts'

/** `unexpected` is a bug of ours: logged, never described in detail. */
export type ProblemCode = DomainErrorCode | 'unexpected'
export type DescribeError = (code: ProblemCode, language: Language) => string

/** @returns the language of the page that asks; Arabic unless English is clearly preferred. */
export const languageOf = (request: FastifyRequest): Language => (/^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'ar')

const byStatus: Record<number, DomainErrorCode> = {
  401: 'not-signed-in',
  403: 'not-allowed',
  404: 'not-found',
  413: 'too-large',
  429: 'too-many',
  503: 'unavailable',
}

const statusOf = (error: FastifyError | DomainError): { status: number; code: ProblemCode } => {
  if (error instanceof DomainError) return { status: domainErrors[error.code], code: error.code }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return { status, code: byStatus[status] ?? 'invalid-input' }
  return { status: status === 503 ? 503 : 500, code: status === 503 ? 'unavailable' : 'unexpected' }
}

/** What may be logged of an error: where it came from, never its message, which may quote a person. */
export const traceOf = (error: Error & { code?: string }): { error: string; code?: string; at: string[] } => ({
  error: error.name,
  ...(error.code === undefined ? {} : { code: String(error.code) }),
  at: (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim()),
})

const wantsPage = (request: FastifyRequest): boolean =>
  request.method === 'GET' && !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html')

/** Maps everything thrown in a route, and unknown addresses, to `{code, message}` (or a small page for a browser). */
export const answerErrors = (app: FastifyInstance, describe: DescribeError, home: Home): void => {
  const answer = (request: FastifyRequest, reply: FastifyReply, status: number, code: ProblemCode) => {
    const language = languageOf(request)
    const problem: Problem = { code, message: describe(code, language) }
    reply.code(status).header('cache-control', 'no-store').header('vary', 'accept-language')
    if (!wantsPage(request)) return reply.type('application/json; charset=utf-8').send(JSON.stringify(problem))
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', home.policy)
      .send(home.notice(problem.message, language))
  }
  app.setErrorHandler((error: FastifyError | DomainError, request, reply) => {
    const { status, code } = statusOf(error)
    if (code === 'unexpected') request.log.error({ route: request.routeOptions.url, ...traceOf(error) }, 'request failed')
    const wait = error instanceof DomainError ? error.details.retryAfter : undefined
    if (typeof wait === 'number') reply.header('retry-after', wait)
    return answer(request, reply, status, code)
  })
  app.setNotFoundHandler((request, reply) => answer(request, reply, 404, 'not-found'))
}
