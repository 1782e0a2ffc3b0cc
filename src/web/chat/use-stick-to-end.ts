import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** Pixels from the end that still count as being there. */
const near = 64

export interface Stick {
  ref: RefObject<HTMLDivElement | null>
  atEnd: boolean
  /** Something came while the person was reading further up. */
  unread: boolean
  toEnd(): void
  /** Runs a change that adds lines above, without moving what is being read. */
  keep(change: () => void): void
}

/** Follows the conversation's end, unless the person scrolled away from it; one's own message brings it back. */
export const useStickToEnd = (now: { newestId: string; newestIsMine: boolean; mine: number; typing: boolean }): Stick => {
  const ref = useRef<HTMLDivElement>(null)
  const atEndNow = useRef(true)
  const fromEnd = useRef<number | null>(null)
  const last = useRef({ newestId: '', mine: 0 })
  const [atEnd, setAtEnd] = useState(true)
  const [unread, setUnread] = useState(false)

  const jump = useCallback((smooth: boolean) => {
    const box = ref.current
    if (box === null) return
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    box.scrollTo({ top: box.scrollHeight, behavior: smooth && !calm ? 'smooth' : 'instant' })
  }, [])

  useEffect(() => {
    const box = ref.current
    if (box === null) return
    const look = () => {
      atEndNow.current = box.scrollHeight - box.scrollTop - box.clientHeight < near
      setAtEnd(atEndNow.current)
      if (atEndNow.current) setUnread(false)
    }
    box.addEventListener('scroll', look, { passive: true })
    // A keyboard that opens, a turned phone, options that appear.
    const sizes = new ResizeObserver(() => {
      if (atEndNow.current) jump(false)
    })
    sizes.observe(box)
    for (const child of box.children) sizes.observe(child)
    return () => {
      box.removeEventListener('scroll', look)
      sizes.disconnect()
    }
  }, [jump])

  useLayoutEffect(() => {
    const box = ref.current
    if (box === null) return
    if (fromEnd.current !== null) {
      box.scrollTop = box.scrollHeight - fromEnd.current
      fromEnd.current = null
      return
    }
    const arrived = now.newestId > last.current.newestId
    const said = now.mine > last.current.mine
    last.current = { newestId: now.newestId, mine: now.mine }
    if (said || atEndNow.current) {
      atEndNow.current = true
      jump(false)
    } else if (arrived && !now.newestIsMine) setUnread(true)
  })

  return {
    ref,
    atEnd,
    unread,
    toEnd: () => jump(true),
    keep(change) {
      const box = ref.current
      if (box !== null) fromEnd.current = box.scrollHeight - box.scrollTop
      change()
    },
  }
}
