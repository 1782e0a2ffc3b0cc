/** Refusals of the desk. The server maps them (`http/errors.ts`); one says who was first. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { DomainError, type DomainErrorCode, domainErrors } from '../../ports/errors.ts'
import type { Problem } from '../contract.ts'

/** Of all details of a refusal the page may see this one: the shown name of a colleague. */
const Shown = z.object({ owner: z.string() })

export const tellOwner = (app: FastifyInstance): void => {
  app.setErrorHandler((error, _request, reply) => {
    const shown = error instanceof DomainError ? Shown.safeParse(error.details) : null
    if (!(error instanceof DomainError) || !shown?.success) throw error
    const problem: Problem = { code: error.code, message: error.code, owner: shown.data.owner }
    return reply.code(domainErrors[error.code]).send(problem)
  })
}

/** @throws DomainError `invalid-input`, or `code` when given */
export const parse = <T extends z.ZodType>(schema: T, value: unknown, code: DomainErrorCode = 'invalid-input'): z.output<T> => {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new DomainError(code)
  return parsed.data
}
