import { IconRefresh, IconTrash, IconX } from '@tabler/icons-react'
import { timeOf } from '../format.ts'
import type { Pending } from '../pending.ts'
import { useSettings } from '../settings.ts'
import { Bubble } from './bubble.tsx'
import { FileCard } from './file-card.tsx'
import { RichText } from './rich-text.tsx'
import { Failed, Sent, Waiting } from './state-mark.tsx'

const action = 'inline-flex min-h-9 items-center gap-1 rounded-full px-2.5 text-small font-semibold'

/** One's own message before the server shows it back. */
export const PendingLine = (props: { item: Pending; onRetry: (id: string) => void; onDiscard: (id: string) => void }) => {
  const { item } = props
  const { what, state } = item
  const { language, words } = useSettings()
  const uploading = what.kind === 'file' && state === 'sending'
  return (
    <>
      <Bubble
        from="me"
        speaker={words('from-me')}
        fresh
        failed={state === 'failed'}
        foot={
          <>
            <time dateTime={item.at}>{timeOf(item.at, language)}</time>
            {state === 'stored' && <Sent label={words('sent')} />}
            {state === 'failed' && <Failed label={words('failed')} />}
            {(state === 'waiting' || state === 'sending') && <Waiting label={words(state)} />}
          </>
        }
      >
        {what.kind === 'file' && (
          <div className={`mb-1.5 ${what.preview === null ? '' : 'w-64 max-w-full'}`}>
            <FileCard mime={what.file.type} size={what.file.size} name={what.file.name} href={null} preview={what.preview} />
            {uploading && (
              <div className="mt-2 flex items-center gap-2">
                <progress className="upload h-1.5 w-full flex-1" value={what.progress} max={1} aria-label={words('sending')} />
                <button type="button" className="-my-2 grid size-9 place-items-center" onClick={() => props.onDiscard(item.clientId)}>
                  <IconX size={18} stroke={2} aria-hidden />
                  <span className="sr-only">{words('cancel')}</span>
                </button>
              </div>
            )}
          </div>
        )}
        {item.text !== '' && (
          <div>
            <RichText text={item.text} />
          </div>
        )}
      </Bubble>
      {state === 'failed' && (
        <p role="alert" className="flex flex-wrap items-center gap-1 self-end text-small text-danger">
          <span>{words('failed')}</span>
          <button type="button" className={`${action} bg-danger-soft`} onClick={() => props.onRetry(item.clientId)}>
            <IconRefresh size={15} stroke={2} aria-hidden />
            {words('retry')}
          </button>
          <button type="button" className={action} onClick={() => props.onDiscard(item.clientId)}>
            <IconTrash size={15} stroke={1.75} aria-hidden />
            {words('discard')}
          </button>
        </p>
      )}
    </>
  )
}
