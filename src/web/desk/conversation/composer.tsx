import { IconLock, IconSend2 } from '@tabler/icons-react'
import { useId, useRef, useState } from 'react'
import { TextArea } from 'react-aria-components'
import type { ConversationDetail } from '../../../http/contract.ts'
import { keepDraft, keptDraft } from '../lib/drafts.ts'
import { useMay, useSession } from '../lib/session.ts'
import { useOnline } from '../lib/use-live.ts'
import { useWords } from '../lib/words.ts'
import { IconButton } from '../parts/button.tsx'

/** As the contract has it. */
const longest = 4096

/** Enter sends where there is a keyboard; on a phone it is a new line. */
const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)').matches

export const Composer = ({ detail, send }: { detail: ConversationDetail; send: (text: string) => Promise<string | null> }) => {
  const { t } = useWords()
  const { staff } = useSession()
  const may = useMay()
  const online = useOnline()
  const [text, setText] = useState(() => keptDraft(detail.id))
  const field = useRef<HTMLTextAreaElement>(null)
  const hint = useId()

  const isMine = detail.owner?.id === staff.id
  const locked = !may('conversation.reply')
    ? t('composer.locked-role')
    : isMine
      ? null
      : detail.owner === null
        ? t('composer.locked-bot')
        : t('composer.locked-other', { name: detail.owner.name })
  const over = text.length - longest
  const canSend = locked === null && online && text.trim() !== '' && over <= 0

  const write = (next: string) => {
    setText(next)
    keepDraft(detail.id, next)
  }
  const submit = async () => {
    if (!canSend) return
    write('')
    field.current?.focus()
    const refused = await send(text)
    // A refusal gives the words back, unless others were written meanwhile.
    if (refused !== null && (field.current?.value ?? '') === '') write(refused)
  }

  return (
    <form
      className="border-t border-hairline bg-surface px-3 py-2.5 sm:px-4"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className="mx-auto max-w-220">
        <div className="flex items-end gap-2">
          <TextArea
            ref={field}
            // An empty field follows the page, so that its placeholder does.
            {...(text === '' ? {} : { dir: 'auto' })}
            rows={1}
            value={text}
            disabled={locked !== null}
            aria-label={t('composer.label')}
            aria-describedby={hint}
            placeholder={locked ?? t('composer.placeholder')}
            onChange={(event) => write(event.target.value)}
            onKeyDown={(event) => {
              // Arabic keyboards have the same Enter; a composition in progress is not a message.
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || !hasKeyboard) return
              event.preventDefault()
              void submit()
            }}
            className="field-sizing-content max-h-44 min-h-11 grow resize-none rounded-md border border-control bg-surface px-3.5 py-2.5 text-body leading-[1.6] outline-none placeholder:truncate data-disabled:border-hairline data-disabled:bg-canvas data-focused:border-primary data-focused:shadow-[0_0_0_1px_var(--primary)]"
          />
          <IconButton type="submit" look="primary" label={t('composer.send')} isDisabled={!canSend} className="sm:size-11!">
            <IconSend2 size={22} stroke={1.75} className="rtl:-scale-x-100" />
          </IconButton>
        </div>
        <p id={hint} className="mt-1 flex min-h-5 items-center gap-1 text-tiny text-text-3">
          {locked !== null ? (
            <>
              {text !== '' && (
                <>
                  <IconLock size={14} stroke={1.75} className="shrink-0" aria-hidden="true" />
                  {t('composer.draft')} ·{' '}
                </>
              )}
              {/* An empty field says it itself. */}
              <span className={text === '' ? 'sr-only' : ''}>{locked}</span>
            </>
          ) : over > 0 ? (
            <span className="text-danger">{t('composer.too-long', { count: over })}</span>
          ) : !online ? (
            <span className="text-danger">{t('composer.offline')}</span>
          ) : (
            hasKeyboard && t('composer.hint')
          )}
        </p>
      </div>
    </form>
  )
}
