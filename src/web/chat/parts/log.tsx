import { IconArrowDown } from '@tabler/icons-react'
import { Fragment, useEffect, useMemo, useRef, useState } from 'react'
import type { ChatView, Conversation } from '../conversation.ts'
import { dayName, dayOf } from '../format.ts'
import { questionsOf } from '../merge.ts'
import { useSettings } from '../settings.ts'
import { useStickToEnd } from '../use-stick-to-end.ts'
import { MessageLine } from './message-line.tsx'
import { PendingLine } from './pending-line.tsx'
import { Typing } from './typing.tsx'
import { Welcome } from './welcome.tsx'

/** Messages drawn at once; older ones on demand. Plain lines keep the browser's own search and reading. */
const page = 200

const Day = ({ day }: { day: string }) => {
  const { language, words } = useSettings()
  return (
    <p className="my-2 self-center rounded-full bg-surface px-3 py-0.5 text-small text-text-2 shadow-[0_0_0_1px_var(--hairline)]">
      <time dateTime={day}>{dayName(day, new Date(), language, words)}</time>
    </p>
  )
}

/** The conversation itself: read out as it grows, and at its end unless someone reads back. */
export const Log = ({ conversation, view, name }: { conversation: Conversation; view: ChatView; name: string }) => {
  const { words } = useSettings()
  const { pending, typing } = view
  const [shown, setShown] = useState(page)
  const messages = view.messages.slice(-shown)
  const questions = useMemo(
    () =>
      questionsOf(
        view.messages,
        pending.map((item) => item.text),
      ),
    [view.messages, pending],
  )
  const newest = view.messages.at(-1)
  const stick = useStickToEnd({ newestId: newest?.id ?? '', newestIsMine: newest?.from === 'me', mine: pending.length, typing })

  // What was there when the page opened does not slide in.
  const first = useRef<Set<string> | null>(null)
  if (first.current === null && view.status === 'ready') first.current = new Set(view.messages.map((message) => message.id))

  useEffect(() => {
    if (newest !== undefined && stick.atEnd) conversation.seen(newest.id)
  }, [newest, stick.atEnd, conversation])

  const empty = view.status === 'ready' && view.messages.length === 0 && pending.length === 0
  return (
    <main className="relative min-h-0 flex-1">
      <div
        ref={stick.ref}
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-busy={view.status === 'opening'}
        aria-label={words('conversation', { association: name })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
        className="pad-inline relative flex h-full flex-col overflow-x-hidden overflow-y-auto overscroll-contain py-3 outline-offset-[-2px]"
      >
        {shown < view.messages.length && (
          <button
            type="button"
            className="mb-2 min-h-11 self-center rounded-full border border-control bg-surface px-4 text-note"
            onClick={() => stick.keep(() => setShown(shown + page))}
          >
            {words('older')}
          </button>
        )}
        {empty && <Welcome name={name} onStart={(text) => conversation.sendText(text)} />}
        <div className="mt-auto flex flex-col gap-1.5">
          {messages.map((message, n) => {
            const before = messages[n - 1]
            const day = dayOf(message.at)
            const newDay = before === undefined || dayOf(before.at) !== day
            const speaks = newDay || before.from !== message.from || before.staff !== message.staff
            return (
              <Fragment key={message.clientId ?? message.id}>
                {newDay && <Day day={day} />}
                {speaks && !newDay && <span className="h-1.5" />}
                <MessageLine
                  message={message}
                  question={questions.get(message.id)}
                  first={speaks}
                  fresh={message.from !== 'me' && !(first.current?.has(message.id) ?? true)}
                  onChoose={conversation.choose}
                />
              </Fragment>
            )
          })}
          {pending.length > 0 && newest?.from !== 'me' && <span className="h-1.5" />}
          {pending.map((item) => (
            <PendingLine key={item.clientId} item={item} onRetry={conversation.retry} onDiscard={conversation.discard} />
          ))}
          {typing && <Typing />}
        </div>
      </div>
      {stick.unread && (
        <button
          type="button"
          className="arrives absolute start-1/2 bottom-3 flex min-h-10 -translate-x-1/2 items-center gap-1.5 rounded-full bg-primary px-4 text-note font-semibold text-on-primary shadow-lg rtl:translate-x-1/2"
          onClick={stick.toEnd}
        >
          <IconArrowDown size={16} stroke={2} aria-hidden />
          {words('new-messages')}
        </button>
      )}
    </main>
  )
}
