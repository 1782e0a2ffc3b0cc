/** The real HTTP server with the web chat on a free port. */
import type { AddressInfo, Socket } from 'node:net'
import { Writable } from 'node:stream'
import pino from 'pino'
import { type ChatPluginOptions, chatPlugin } from '../../src/http/chat/plugin.ts'
import type { ChatUseCases } from '../../src/http/chat/use-cases.ts'
import { createServer } from '../../src/http/server.ts'

export interface ChatServer {
  url: string
  /** Everything logged, at trace level. */
  log(): string
  /** Ends every connection at once, as a network does. */
  cutSockets(): void
  close(): Promise<void>
}

export const startChatServer = async (
  chat: ChatUseCases,
  options: { pages?: string | null; port?: number; publicUrl?: string } & Partial<ChatPluginOptions> = {},
): Promise<ChatServer> => {
  let log = ''
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk)
      done()
    },
  })
  const { pages = null, port = 0, publicUrl = null, ...rest } = options
  const app = await createServer({
    logger: pino({ level: 'trace' }, sink),
    pages,
    publicUrl,
    describeError: (code, language) => `${code} (${language})`,
    home: (language) => ({
      language,
      title: 'صلة',
      lead: 'ما يعمل على هذا الخادم',
      links: [{ href: '/c/masakin', label: '<b>جمعية مساكن</b>', note: 'محادثة الموقع' }],
    }),
    health: async () => ({ database: true }),
    ready: () => ({ started: true }),
    metrics: async () => ({ type: 'text/plain', text: 'up 1\n' }),
    plugins: [(server) => server.register(chatPlugin, { chat, https: publicUrl?.startsWith('https:') ?? false, ...rest })],
  })
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await app.listen({ port, host: '127.0.0.1' })
  // Listening on TCP: never a pipe's name.
  const { port: bound } = app.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${bound}`,
    log: () => log,
    cutSockets: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => app.close(),
  }
}
