/** Deliveries of Telegram: `POST /webhooks/telegram/:account`, answered once they are stored. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../ports/errors.ts'

/** The other side of an account, handed in by main. */
export interface TelegramDelivery {
  /** What Telegram was told to send with each delivery. */
  secret: string
  /** @returns false when it could not be stored: Telegram keeps it and comes again */
  take(update: unknown): Promise<boolean>
}

export interface TelegramWebhookOptions {
  /** The account of that id when its updates come here. */
  delivery(account: string): TelegramDelivery | null
}

/** Bytes of one delivery. A message of 4,096 letters with all its entities stays far below. */
const mostBytes = 1024 * 1024
/** Seconds until Telegram comes again; without it a chat waits longer with every failure. */
const retryAfter = 2

const Params = z.object({ account: z.uuid() })

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** In constant time, whatever the lengths. */
const isEqual = (given: string, expected: string): boolean => timingSafeEqual(digest(given), digest(expected))

/** @returns undefined for what is no JSON */
const parse = (body: unknown): unknown => {
  if (!Buffer.isBuffer(body)) return undefined
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

export const telegramWebhook = async (app: FastifyInstance, options: TelegramWebhookOptions): Promise<void> => {
  // The body as it came: a parser that reads chunk by chunk breaks the Arabic letter that lies on the seam.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBytes }, (_request, body, done) => done(null, body))

  const deliveryOf = (params: unknown): TelegramDelivery => {
    const { success, data } = Params.safeParse(params)
    const delivery = success ? options.delivery(data.account) : null
    if (!delivery) throw new DomainError('not-found', 'no such account')
    return delivery
  }

  app.post('/webhooks/telegram/:account', {
    bodyLimit: mostBytes,
    config: { crossSite: true },
    // Before a byte of the body is read.
    onRequest: async (request) => {
      const delivery = deliveryOf(request.params)
      const given = request.headers['x-telegram-bot-api-secret-token']
      if (typeof given !== 'string') throw new DomainError('not-signed-in', 'no secret')
      if (!isEqual(given, delivery.secret)) throw new DomainError('not-allowed', 'wrong secret')
    },
    handler: async (request, reply) => {
      const taken = await deliveryOf(request.params).take(parse(request.body))
      if (!taken) throw new DomainError('unavailable', 'the database is away', { retryAfter })
      return reply.code(200).header('cache-control', 'no-store').send()
    },
  })
}
