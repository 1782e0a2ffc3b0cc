/** Security headers of every answer, by hand: few, strict, and readable in one place. */
import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** @returns a CSP source for one inline style or script. */
export const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing inline, nothing from elsewhere, nothing that frames us. */
export const contentPolicy = (styles: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${["'self'", ...styles].join(' ')}`,
    "font-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

/** @param styles hashes of inline styles that a library of the desk insists on (`hashSource`) */
export const addSecurityHeaders = (app: FastifyInstance, options: { https: boolean; styles: readonly string[] }): void => {
  const policy = contentPolicy(options.styles)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
      ...(options.https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    })
  })
}
