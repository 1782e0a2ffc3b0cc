/** What the pages read and how it is kept fresh: events name what changed, the query refetches it. */
import { QueryClient, queryOptions } from '@tanstack/react-query'
import type { ConversationDetail, ConversationRow, DeskSession, RequestDetail } from '../../../http/contract.ts'
import { call, codeOf } from './api.ts'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server has refused it will refuse again.
      retry: (tries, error) => tries < 3 && ['unavailable', 'offline'].includes(codeOf(error)),
      networkMode: 'always',
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always' },
  },
})

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<DeskSession | null> => {
    try {
      return await call<DeskSession>('/session', { signal })
    } catch (error) {
      if (codeOf(error) === 'not-signed-in') return null
      throw error
    }
  },
  staleTime: 60_000,
})

export const conversationsQuery = queryOptions({
  queryKey: ['conversations'],
  queryFn: ({ signal }) => call<ConversationRow[]>('/conversations', { signal }),
})

/** @param lines how many of the newest lines */
export const conversationQuery = (id: string, lines: number) =>
  queryOptions({
    queryKey: ['conversation', id, lines],
    queryFn: ({ signal }) => call<ConversationDetail>(`/conversations/${id}?lines=${lines}`, { signal }),
  })

export const requestQuery = (id: string, language: string) =>
  queryOptions({
    queryKey: ['request', id, language],
    queryFn: ({ signal }) => call<RequestDetail>(`/requests/${id}?language=${language}`, { signal }),
  })

/** Refetches what an event says has changed, when a page shows it. */
export const refresh = (changed: { kind: 'conversation' | 'request'; id: string } | null): void => {
  if (changed === null) {
    void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
    return
  }
  void queries.invalidateQueries({ queryKey: ['conversations'] })
  if (changed.kind === 'conversation') void queries.invalidateQueries({ queryKey: ['conversation', changed.id] })
  else {
    void queries.invalidateQueries({ queryKey: ['request', changed.id] })
    void queries.invalidateQueries({ queryKey: ['conversation'] })
  }
}
