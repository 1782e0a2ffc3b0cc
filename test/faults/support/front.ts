/** What stands before several processes on a server: hands each delivery of a webhook to the next of them, and can be broken. */
import http from 'node:http'

export interface Front {
  url: string
  /** Share of deliveries whose 2xx never arrives: the connection breaks after the process has answered. */
  loseAnswers(probability: number): void
  /** Hands each delivery over so many times at once, each to the next process. */
  multiply(times: number): void
  /** Answers lost so far. */
  readonly lost: number
  close(): Promise<void>
}

interface Reply {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

const ask = (port: number, request: http.IncomingMessage, body: Buffer): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const { host: _host, connection: _connection, ...headers } = request.headers
    const asked = http.request({ host: '127.0.0.1', port, method: request.method, path: request.url, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 502, headers: response.headers, body: Buffer.concat(chunks) }))
    })
    asked.on('error', reject)
    asked.end(body)
  })

export const startFront = async (ports: readonly number[]): Promise<Front> => {
  let turn = 0
  let times = 1
  let losing = 0
  let lost = 0

  /** The next process that answers at all. */
  const handOver = async (request: http.IncomingMessage, body: Buffer): Promise<Reply> => {
    for (const _ of ports) {
      const port = ports[turn++ % ports.length] ?? 0
      const reply = await ask(port, request, body).catch(() => null)
      if (reply) return reply
    }
    return { status: 502, headers: {}, body: Buffer.alloc(0) }
  }

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const replies = await Promise.all(Array.from({ length: times }, () => handOver(request, Buffer.concat(chunks))))
    // Of several the worst: whoever delivers comes again, as after any failure.
    const { status, headers, body } = replies.reduce((worst, reply) => (reply.status > worst.status ? reply : worst))
    if (status < 300 && Math.random() < losing) {
      lost += 1
      request.socket.destroy()
      return
    }
    const retryAfter = headers['retry-after']
    response.writeHead(status, {
      ...(headers['content-type'] && { 'content-type': headers['content-type'] }),
      ...(retryAfter && { 'retry-after': retryAfter }),
    })
    response.end(body)
  }

  const server = http.createServer((request, response) => void serve(request, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a front without a port')
  return {
    url: `http://localhost:${address.port}`,
    loseAnswers: (probability) => {
      losing = probability
    },
    multiply: (wanted) => {
      times = wanted
    },
    get lost() {
      return lost
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
