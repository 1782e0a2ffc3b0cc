import { useEffect, useState, useSyncExternalStore } from 'react'
import type { DeskEvent } from '../../../http/contract.ts'
import { type LiveState, startLive } from './live.ts'
import { queries, refresh, sessionQuery } from './queries.ts'

/** Events of one burst are fetched once: a turn names its conversation more than once. */
const gatherMs = 150

const gather = () => {
  const waiting = new Map<string, DeskEvent | null>()
  return (event: DeskEvent | null) => {
    const isFirst = waiting.size === 0
    waiting.set(event === null ? '' : `${event.kind} ${event.id}`, event)
    if (!isFirst) return
    setTimeout(() => {
      const changes = waiting.has('') ? [null] : [...waiting.values()]
      waiting.clear()
      for (const change of changes) refresh(change)
    }, gatherMs)
  }
}

/** Keeps everything shown fresh. @returns whether news can arrive at all */
export const useLive = (): LiveState => {
  const [state, setState] = useState<LiveState>('live')
  useEffect(
    () =>
      startLive({
        changed: gather(),
        state: setState,
        refused: () => void queries.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      }),
    [],
  )
  return state
}

const followOnline = (reader: () => void) => {
  addEventListener('online', reader)
  addEventListener('offline', reader)
  return () => {
    removeEventListener('online', reader)
    removeEventListener('offline', reader)
  }
}

export const useOnline = (): boolean => useSyncExternalStore(followOnline, () => navigator.onLine)
