/** One delivery over HTTP. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface Webhook {
  url: string
  secret: string | null
  maxConnections: number
}

export interface WebhookReply {
  status: number
  reason: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Delivers over connections that stay open. */
export interface WebhookPoster {
  post(body: string, timeoutMs: number): Promise<WebhookReply>
  close(): void
}

export const createPoster = (to: Webhook): WebhookPoster => {
  const secure = to.url.startsWith('https:')
  const agent = secure ? undefined : new Agent({ keepAlive: true })
  return {
    close: () => agent?.destroy(),
    post: (body, timeoutMs) =>
      new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(to.secret !== null && { 'x-telegram-bot-api-secret-token': to.secret }),
        }
        const sent = (secure ? httpsRequest : httpRequest)(to.url, { method: 'POST', headers, agent }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            clearTimeout(timer)
            const { statusCode = 0, statusMessage = '', headers: given } = response
            resolve({ status: statusCode, reason: statusMessage, headers: given, body: Buffer.concat(chunks) })
          })
        })
        const timer = setTimeout(() => sent.destroy(new Error('Read timeout expired')), timeoutMs)
        sent.on('error', (error) => {
          clearTimeout(timer)
          reject(error)
        })
        sent.end(body)
      }),
  }
}
