/** Server-sent events: one open answer per page, for chat and desk alike. */
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface EventStream {
  /** Id of the last event the page has, when it comes back. */
  readonly lastEventId: string | null
  /** Set once the page is gone. */
  readonly closed: boolean
  send(event: string, data: unknown, id?: string): void
  /** Called once when the page leaves (or at once, if it has left). */
  onClose(done: () => void): void
  /** Cuts the connection; the page comes back by itself. */
  end(): void
}

/** A page that stopped reading is cut off at this many buffered bytes; it comes back and is replayed. */
const bufferLimit = 1_000_000

/**
 * Takes the answer over. Sends `beat` at once and every `beatMs`, so that a page notices a dead line
 * and proxies keep it open.
 */
export const openEventStream = (request: FastifyRequest, reply: FastifyReply, beatMs = 15_000): EventStream => {
  const header = request.headers['last-event-id']
  reply.hijack()
  const raw = reply.raw
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  request.raw.socket.setNoDelay(true)
  const leaving: (() => void)[] = []
  let closed = false
  const write = (text: string) => {
    if (closed) return
    raw.write(text)
    if (raw.writableLength > bufferLimit) raw.destroy()
  }
  const beat = setInterval(() => write('event: beat\ndata: 1\n\n'), beatMs)
  raw.on('close', () => {
    closed = true
    clearInterval(beat)
    for (const done of leaving.splice(0)) done()
  })
  raw.on('error', () => raw.destroy())
  // Random, so that the pages of a restarted server do not come back in one wave.
  write(`retry: ${1000 + Math.floor(Math.random() * 1500)}\nevent: beat\ndata: 1\n\n`)
  return {
    lastEventId: typeof header === 'string' && header !== '' ? header : null,
    get closed() {
      return closed
    },
    send: (event, data, id) => write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
    onClose: (done) => {
      if (closed) done()
      else leaving.push(done)
    },
    end: () => raw.destroy(),
  }
}
