/** The log a checker reads: every call, and what became of it. Files are described, not kept. */
import type { Fault } from './faults.ts'
import type { Received } from './read-call.ts'

export interface Outcome {
  /** It had its effect. */
  accepted: boolean
  /** HTTP status of the answer; null when none was given. */
  status: number | null
  /** Telegram's words when it refused by itself. */
  description: string | null
  /** What was done to it on purpose, delays apart. */
  fault: Exclude<Fault['kind'], 'delay'> | null
}

export interface Entry {
  /** Milliseconds since the epoch. */
  at: number
  token: string
  method: string
  chat: number | null
  /** The message it made or changed. */
  messageId: number | null
  payload: Record<string, unknown>
  /** Parameters that were not understood. */
  ignored: string[]
  outcome: Outcome
}

export const toPayload = ({ fields, files }: Received): Record<string, unknown> => {
  if (files.size === 0) return fields
  const described = [...files].map(([name, { name: file, mime, bytes }]) => [name, { name: file, mime, size: bytes.length }] as const)
  return { ...fields, ...Object.fromEntries(described) }
}

export const chatOf = ({ fields }: Received): number | null => {
  const id = Number(fields.chat_id)
  return fields.chat_id !== undefined && fields.chat_id !== '' && Number.isFinite(id) ? id : null
}
