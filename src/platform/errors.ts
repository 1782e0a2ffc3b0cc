/** Something an operator can put right: the message is one clear line, without secrets. Anything else is a bug. */
export class PlatformError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'PlatformError'
    this.code = code
  }
}

/** The `code` of a system or PostgreSQL error, else an empty string. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
