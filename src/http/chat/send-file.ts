/** Gives a person their own file back, in a form that cannot run anything. */
import type { FastifyReply } from 'fastify'

/** Images may be shown in place; everything else is only ever downloaded. */
const shownInPlace = new Set(['image/jpeg', 'image/png', 'image/webp'])

/** @returns RFC 6266 header value; the name never leaves its quotes. */
export const disposition = (kind: 'inline' | 'attachment', name: string | null): string => {
  if (name === null) return kind
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const coded = encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${kind}; filename="${plain}"; filename*=UTF-8''${coded}`
}

export const sendFile = (reply: FastifyReply, file: { mime: string; name: string | null; bytes: Buffer }): FastifyReply => {
  const inline = shownInPlace.has(file.mime)
  return reply
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('content-disposition', disposition(inline ? 'inline' : 'attachment', file.name))
    .header('cache-control', 'private, no-store')
    .type(file.mime)
    .send(file.bytes)
}
