/** Refusals that a person or operator can do something about. Mapped once to HTTP and to text. */
export const domainErrors = {
  'not-found': 404,
  'not-allowed': 403,
  'not-signed-in': 401,
  'already-owned': 409,
  'not-owner': 409,
  stale: 409,
  'stage-not-next': 409,
  'note-required': 422,
  'unanswered-message': 409,
  'invalid-input': 422,
  'too-large': 413,
  'too-many': 429,
  unavailable: 503,
} as const satisfies Record<string, number>
export type DomainErrorCode = keyof typeof domainErrors

export class DomainError extends Error {
  readonly code: DomainErrorCode
  readonly details: Record<string, unknown>
  constructor(code: DomainErrorCode, message: string = code, details: Record<string, unknown> = {}) {
    super(message)
    this.name = 'DomainError'
    this.code = code
    this.details = details
  }
}
