/** Replies on their way: shown at once, replaced by the server's own line, or marked when they failed. */
import { useState } from 'react'
import type { ConversationDetail } from '../../../http/contract.ts'
import { call, codeOf, newKey } from '../lib/api.ts'
import { queries, refresh, sessionQuery } from '../lib/queries.ts'
import { refusalWords, useWords } from '../lib/words.ts'
import { tell } from '../parts/toasts.tsx'

export interface PendingLine {
  /** The Idempotency-Key: a second try is the same reply. */
  key: string
  at: string
  text: string
  /** Id of the line that the server made of it. */
  sent: string | null
  failed: boolean
  retry: () => void
}

export const usePending = (conversation: string, detail: ConversationDetail | undefined) => {
  const { t } = useWords()
  const [pending, setPending] = useState<Omit<PendingLine, 'retry'>[]>([])

  const change = (key: string, with_: Partial<PendingLine> | null) =>
    setPending((lines) => lines.flatMap((line) => (line.key !== key ? line : with_ === null ? [] : { ...line, ...with_ })))

  /** @returns the text when it has to be written again: it was refused, not lost */
  const post = async (key: string, text: string): Promise<string | null> => {
    try {
      const { id } = await call<{ id: string }>(`/conversations/${conversation}/reply`, { method: 'POST', body: { text }, key })
      change(key, { sent: id })
      refresh({ kind: 'conversation', id: conversation })
      return null
    } catch (error) {
      const code = codeOf(error)
      if (code === 'offline' || code === 'unavailable') {
        change(key, { failed: true })
        return null
      }
      change(key, null)
      tell('warn', refusalWords(t, code))
      if (code === 'not-signed-in') queries.setQueryData(sessionQuery.queryKey, null)
      refresh({ kind: 'conversation', id: conversation })
      return text
    }
  }

  const send = (text: string): Promise<string | null> => {
    const key = newKey()
    setPending((lines) => [...lines, { key, at: new Date().toISOString(), text, sent: null, failed: false }])
    return post(key, text)
  }

  const arrived = new Set(detail?.lines.map((line) => line.id))
  return {
    send,
    lines: pending
      .filter((line) => line.sent === null || !arrived.has(line.sent))
      .map(
        (line): PendingLine => ({
          ...line,
          retry: () => {
            change(line.key, { failed: false })
            void post(line.key, line.text)
          },
        }),
      ),
  }
}
