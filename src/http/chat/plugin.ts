/** The web chat's API: `/api/chat/:slug`. */
import fastifyCookie from '@fastify/cookie'
import fastifyMultipart from '@fastify/multipart'
import fastifyRateLimit from '@fastify/rate-limit'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Content } from '../../core/engine/input.ts'
import { DomainError } from '../../ports/errors.ts'
import { type ChatOpen, ChatSend } from '../contract.ts'
import { type EventStream, openEventStream } from '../sse.ts'
import { defaultLimits, limitWrites, type WriteLimits } from './limit-writes.ts'
import { receiveFile } from './receive-file.ts'
import { sendFile } from './send-file.ts'
import { streamMessages } from './stream-messages.ts'
import type { ChatUseCases } from './use-cases.ts'
import { greetVisitor, visitorOf } from './visitor.ts'

export interface ChatPluginOptions {
  chat: ChatUseCases
  /** People reach us over TLS: the visitor's cookie is `__Host-` and Secure. */
  https: boolean
  limits?: WriteLimits
  /** Milliseconds between signs of life on an open stream. */
  beatMs?: number
}

const Params = z.object({ slug: z.string() })
const FileParams = z.object({ slug: z.string(), id: z.uuid() })
const Seen = z.object({ id: z.string().max(64) })
const Since = z.object({ since: z.string().max(64).optional() })

const parse = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const result = schema.safeParse(value)
  if (!result.success) throw new DomainError('invalid-input')
  return result.data
}

/** The label of a choice is for the page; the engine knows its options itself. */
const contentOf = (content: ChatSend['content']): Content =>
  content.kind === 'choice' ? { kind: 'choice', promptId: content.promptId, optionId: content.optionId } : content

export const chatPlugin = async (app: FastifyInstance, options: ChatPluginOptions): Promise<void> => {
  const { chat, https } = options
  await app.register(fastifyCookie)
  await app.register(fastifyRateLimit, { global: false })
  await app.register(fastifyMultipart, { throwFileSizeLimit: false })
  const streams = new Set<EventStream>()
  app.addHook('preClose', async () => {
    // The pages come back by themselves, to whoever is there then.
    for (const stream of streams) stream.end()
  })
  const limited = { preHandler: limitWrites(app, options.limits ?? defaultLimits, https) }

  app.get('/api/chat/:slug', async (request, reply): Promise<ChatOpen> => {
    const { slug } = parse(Params, request.params)
    const { fileLimit, ...association } = chat.open(slug)
    const visitor = greetVisitor(request, reply, https)
    const [messages, presence] = await Promise.all([chat.messages(slug, visitor, null), chat.presence(slug, visitor)])
    reply.header('cache-control', 'no-store')
    return { association: { slug, ...association }, fileLimit, messages, ...presence }
  })

  app.post('/api/chat/:slug/messages', limited, async (request, reply) => {
    const { slug } = parse(Params, request.params)
    const { clientId, content } = parse(ChatSend, request.body)
    chat.open(slug)
    const stored = await chat.receive(slug, visitorOf(request, https), { clientId, content: contentOf(content) })
    return reply.code(202).send(stored)
  })

  // The multipart parser logs request headers, the cookie among them, at trace level.
  app.post('/api/chat/:slug/files', { ...limited, logLevel: 'info' }, async (request, reply) => {
    const { slug } = parse(Params, request.params)
    chat.open(slug)
    if (!request.isMultipart()) throw new DomainError('invalid-input')
    return reply.code(202).send(await receiveFile(chat, slug, visitorOf(request, https), request, reply))
  })

  app.get('/api/chat/:slug/files/:id', async (request, reply) => {
    const { slug, id } = parse(FileParams, request.params)
    chat.open(slug)
    return sendFile(reply, await chat.readFile(slug, visitorOf(request, https), id))
  })

  app.post('/api/chat/:slug/seen', limited, async (request, reply) => {
    const { slug } = parse(Params, request.params)
    const { id } = parse(Seen, request.body)
    chat.open(slug)
    await chat.seen?.(slug, visitorOf(request, https), id)
    return reply.code(204).send()
  })

  app.get('/api/chat/:slug/events', async (request, reply) => {
    const { slug } = parse(Params, request.params)
    const { since } = parse(Since, request.query)
    chat.open(slug)
    const visitor = visitorOf(request, https)
    const stream = openEventStream(request, reply, options.beatMs)
    streams.add(stream)
    stream.onClose(() => streams.delete(stream))
    try {
      await streamMessages(chat, slug, visitor, stream, stream.lastEventId ?? since ?? null)
    } catch {
      // The page comes back and asks again; a lost stream costs a refetch.
      stream.end()
    }
  })
}
