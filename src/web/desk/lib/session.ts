import { useQuery } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { DeskSession } from '../../../http/contract.ts'
import { call, codeOf } from './api.ts'
import { forgetDrafts } from './drafts.ts'
import { queries, sessionQuery } from './queries.ts'

export const useSessionQuery = () => useQuery(sessionQuery)

export const SessionContext = createContext<DeskSession | null>(null)

/** Who is signed in; inside the shell someone is. */
export const useSession = (): DeskSession => {
  const session = use(SessionContext)
  if (session === null) throw new Error('nobody is signed in')
  return session
}

export const useMay = (): ((action: string) => boolean) => {
  const { may } = useSession()
  return (action) => may.includes(action)
}

/** Any call may be the one that finds the session gone: the shell then asks for the password. */
export const watchForExpiry = (): (() => void) => {
  const gone = (error: unknown) => {
    if (error !== null && error !== undefined && codeOf(error) === 'not-signed-in') queries.setQueryData(sessionQuery.queryKey, null)
  }
  const endQueries = queries.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') gone(event.action.error)
  })
  const endMutations = queries.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') gone(event.action.error)
  })
  return () => {
    endQueries()
    endMutations()
  }
}

export const endSession = async (): Promise<void> => {
  await call('/session', { method: 'DELETE' }).catch((error) => {
    if (codeOf(error) !== 'not-signed-in') throw error
  })
}

/** What this browser still knows of the desk. */
export const forgetSession = (): void => {
  forgetDrafts()
  queries.clear()
}
