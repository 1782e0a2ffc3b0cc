import { IconCloudOff, IconRefresh } from '@tabler/icons-react'
import type { ChatView } from '../conversation.ts'
import { useSettings } from '../settings.ts'

/** One line while the network is away; nothing while all is well. */
export const Notice = ({ status, line }: Pick<ChatView, 'status' | 'line'>) => {
  const { words } = useSettings()
  const offline = line === 'offline'
  const key = offline ? 'offline' : status === 'retrying' ? 'cannot-open' : line === 'down' ? 'reconnecting' : null
  return (
    <div role="status" className="shrink-0">
      {key !== null && (
        <p className="pad-inline flex items-center justify-center gap-2 bg-note-soft py-1.5 text-small text-note">
          {offline ? <IconCloudOff size={16} stroke={1.75} aria-hidden /> : <IconRefresh size={16} stroke={1.75} aria-hidden />}
          {words(key)}
        </p>
      )}
    </div>
  )
}
