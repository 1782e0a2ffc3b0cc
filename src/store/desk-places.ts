/** Opens what the desk shows. A person whose key was destroyed is shown without words. */
import type { Content } from '../core/engine/input.ts'
import type { AnswerValue } from '../core/requests/request.ts'
import type { AbstractMessage } from '../ports/channel.ts'
import type { Keyring } from './keys.ts'
import { openJson, openText } from './seal.ts'

type Sealed = Uint8Array | null

export interface Opener {
  name(contact: string, sealed: Sealed): string | null
  content(row: string, sealed: Sealed): Content | null
  message(row: string, sealed: Sealed): AbstractMessage | null
  answers(row: string, sealed: Sealed): Record<string, AnswerValue>
  note(row: string, sealed: Sealed): string | null
  fileName(row: string, sealed: Sealed): string | null
}

/** @param wrapped `contact.key` as read with the rows */
export const openerOf = async (keyring: Keyring, association: string, contact: string, wrapped: Sealed): Promise<Opener> => {
  const key = wrapped === null ? null : await keyring.contactKey(association, contact, wrapped)
  const text = (table: string, row: string, column: string, sealed: Sealed): string | null =>
    key === null || sealed === null ? null : openText(key, { association, table, row, column }, sealed)
  const json = <T>(table: string, row: string, column: string, sealed: Sealed): T | null =>
    key === null || sealed === null ? null : openJson<T>(key, { association, table, row, column }, sealed)
  return {
    name: (id, sealed) => text('contact', id, 'name', sealed),
    content: (row, sealed) => json<Content>('inbox', row, 'content', sealed),
    message: (row, sealed) => json<AbstractMessage>('outbox', row, 'message', sealed),
    answers: (row, sealed) => json<Record<string, AnswerValue>>('request', row, 'answers', sealed) ?? {},
    note: (row, sealed) => text('request_event', row, 'note', sealed),
    fileName: (row, sealed) => text('file', row, 'name', sealed),
  }
}
