/** Short news at the top, where it covers no button; read out politely. */
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useSyncExternalStore } from 'react'

interface Toast {
  id: number
  tone: 'ok' | 'warn'
  text: string
}

let toast: Toast | null = null
let last = 0
const readers = new Set<() => void>()
const change = (next: Toast | null) => {
  toast = next
  for (const reader of readers) reader()
}

/** Time to read it twice. */
const shownMs = 6_000

/** The newest replaces the one before: a stack would cover what it speaks of. */
export const tell = (tone: Toast['tone'], text: string): void => {
  last += 1
  const id = last
  change({ id, tone, text })
  setTimeout(() => {
    if (toast?.id === id) change(null)
  }, shownMs)
}

const follow = (reader: () => void) => {
  readers.add(reader)
  return () => {
    readers.delete(reader)
  }
}

export const Toasts = () => {
  const shown = useSyncExternalStore(follow, () => toast)
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-0 top-3 z-50 grid justify-items-center px-4">
      {shown !== null && (
        <p key={shown.id} className="rise flex items-center gap-2 rounded-md bg-text px-4 py-2.5 text-fine text-canvas shadow-lift">
          {shown.tone === 'ok' ? <IconCircleCheck size={18} stroke={1.75} /> : <IconAlertTriangle size={18} stroke={1.75} />}
          {shown.text}
        </p>
      )}
    </div>
  )
}
