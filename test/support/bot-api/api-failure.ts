/** A call the Bot API refuses: what it answers with `ok: false`. */
import type { ApiError, ResponseParameters } from '@grammyjs/types'

export class ApiFailure extends Error {
  readonly answer: ApiError
  /** The 409 of two pollers is held back (`long-poll.ts`), so that they do not spin. */
  readonly holdMs: number

  constructor(status: number, description: string, parameters?: ResponseParameters, holdMs = 0) {
    super(description)
    this.answer = { ok: false, error_code: status, description, ...(parameters && { parameters }) }
    this.holdMs = holdMs
  }
}

export const badRequest = (description: string): ApiFailure => new ApiFailure(400, `Bad Request: ${description}`)
export const forbidden = (description: string): ApiFailure => new ApiFailure(403, `Forbidden: ${description}`)
export const tooManyRequests = (seconds: number): ApiFailure =>
  new ApiFailure(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
