import { useEffect, useRef } from 'react'
import type { ChatMessage } from '../../http/contract.ts'
import { numberOf } from './format.ts'
import type { Language } from './words.ts'

/** The tab's title; counts what came while nobody was looking. */
export const useTitle = (name: string, messages: ChatMessage[], language: Language): void => {
  const looked = useRef(0)
  const theirs = messages.filter((message) => message.from !== 'me').length
  useEffect(() => {
    const show = () => {
      if (document.visibilityState === 'visible') looked.current = theirs
      const unread = theirs - looked.current
      if (name !== '') document.title = unread > 0 ? `(${numberOf(unread, language)}) ${name}` : name
    }
    show()
    document.addEventListener('visibilitychange', show)
    return () => document.removeEventListener('visibilitychange', show)
  }, [name, theirs, language])
}
