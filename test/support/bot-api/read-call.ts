/** What came over the wire: GET or POST, JSON, form or multipart. */
import type { IncomingMessage } from 'node:http'
import { ApiFailure, badRequest } from './api-failure.ts'
import { readMultipart, type Upload } from './multipart.ts'

export interface Received {
  fields: Record<string, unknown>
  files: Map<string, Upload>
}

const none: Received = { fields: {}, files: new Map() }

export const readBody = (request: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
    })
    request.on('error', reject)
    request.on('end', () => {
      if (size > limit) reject(new ApiFailure(413, 'Request Entity Too Large'))
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
  })

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parameters of the query come first, those of the body over them. */
export const readFields = (contentType: string, query: string, body: Buffer): Received => {
  const given = query ? Object.fromEntries(new URLSearchParams(query)) : {}
  if (body.length === 0) return query ? { fields: given, files: new Map() } : none
  if (contentType.startsWith('application/json')) {
    const value = readJson(body.toString('utf8'))
    if (!isRecord(value)) throw badRequest("can't parse JSON object")
    return { fields: query ? { ...given, ...value } : value, files: none.files }
  }
  if (contentType.startsWith('multipart/form-data')) {
    const form = readMultipart(contentType, body)
    if (!form) throw badRequest('wrong multipart/form-data body')
    return { fields: { ...given, ...form.fields }, files: form.files }
  }
  return { fields: { ...given, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) }, files: none.files }
}

/** @returns undefined for what is no JSON */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
