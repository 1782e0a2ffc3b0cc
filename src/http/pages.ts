/** The built pages: hashed assets for ever, documents never from a cache. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** @returns names of the built assets; none before the first build */
export const assetsIn = (directory: string): Promise<string[]> => readdir(join(directory, 'assets')).catch(() => [])

/**
 * Serves `directory` (what `vite build` wrote): `/assets/*`, `/c/:slug` and `/desk/*`. The documents
 * hold nothing of any person; whether an association exists is answered by the API.
 */
export const servePages = async (app: FastifyInstance, directory: string): Promise<void> => {
  await app.register(fastifyStatic, {
    root: join(directory, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: true,
    immutable: true,
    maxAge: '365d',
    // Names carry a hash: what is missing has gone with an older build.
    wildcard: true,
  })
  const document = (name: string) => ({ file: join(name, 'index.html'), options: { cacheControl: false } })
  const chat = document('chat')
  const desk = document('desk')
  app.get('/c/:slug', (_request, reply) => reply.header('cache-control', 'no-cache').sendFile(chat.file, directory, chat.options))
  for (const url of ['/desk', '/desk/*'])
    app.get(url, (_request, reply) => reply.header('cache-control', 'no-cache').sendFile(desk.file, directory, desk.options))
}
