import { IconArrowDown } from '@tabler/icons-react'
import { Fragment, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ConversationDetail } from '../../../http/contract.ts'
import { dayOf, dayWords, useNow } from '../lib/time.ts'
import { useWords } from '../lib/words.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/states.tsx'
import { Line, PendingBubble } from './line.tsx'
import type { PendingLine } from './use-pending.ts'

/** Pixels from the end within which the reader counts as being at it. */
const near = 80

const scrollToEnd = (element: HTMLElement): void => {
  element.scrollTop = element.scrollHeight
}

/** The first message that nobody has answered, when someone is expected to. */
const firstUnanswered = ({ lines, unanswered, owner, waitingSince }: ConversationDetail): string | null => {
  if (unanswered === 0 || (owner === null && waitingSince === null)) return null
  const heard = lines.filter((line) => line.from === 'person')
  return heard[Math.max(0, heard.length - unanswered)]?.id ?? null
}

const Divider = ({ children, tone }: { children: string; tone: 'day' | 'new' }) => (
  <div className={`my-1 flex items-center gap-3 text-small ${tone === 'new' ? 'text-danger' : 'text-text-3'}`}>
    <span className={`h-px grow ${tone === 'new' ? 'bg-danger opacity-40' : 'bg-hairline'}`} />
    {children}
    <span className={`h-px grow ${tone === 'new' ? 'bg-danger opacity-40' : 'bg-hairline'}`} />
  </div>
)

export const Transcript = ({
  detail,
  pending,
  older,
  isFetching,
}: {
  detail: ConversationDetail
  pending: PendingLine[]
  older: () => void
  isFetching: boolean
}) => {
  const { t, language } = useWords()
  const now = useNow()
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const before = useRef({ first: '', height: 0 })
  const [below, setBelow] = useState(false)
  const { lines } = detail
  const last = pending.at(-1)?.key ?? lines.at(-1)?.id ?? ''
  const first = lines[0]?.id ?? ''

  // Stays at the end while the reader is there; older lines that come in above move nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when lines come in at either end
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    if (before.current.first !== '' && before.current.first !== first && !atEnd.current)
      element.scrollTop += element.scrollHeight - before.current.height
    else if (atEnd.current) scrollToEnd(element)
    else setBelow(true)
    before.current = { first, height: element.scrollHeight }
  }, [first, last])

  // A pane that was hidden (a phone), a picture that loaded, a keyboard that opened: the end stays the end.
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const watch = new ResizeObserver(() => {
      if (atEnd.current) scrollToEnd(element)
    })
    watch.observe(element)
    if (element.firstElementChild !== null) watch.observe(element.firstElementChild)
    return () => watch.disconnect()
  }, [])

  const mark = firstUnanswered(detail)
  return (
    <div className="relative min-h-0 grow">
      <div
        ref={box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
        tabIndex={0}
        role="log"
        aria-label={t('conversation.transcript')}
        className="h-full overflow-y-auto outline-offset-[-2px]"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < near
          if (atEnd.current) setBelow(false)
        }}
      >
        <div className="mx-auto flex min-h-full max-w-220 flex-col justify-end gap-2 p-4">
          {detail.more && (
            <Button look="quiet" className="self-center" busy={isFetching} onPress={older}>
              {t('conversation.older')}
            </Button>
          )}
          {lines.length === 0 && pending.length === 0 && <Empty title={t('conversation.empty')} />}
          {lines.map((line, index) => (
            <Fragment key={line.id}>
              {dayOf(line.at) !== dayOf(lines[index - 1]?.at ?? 0) && <Divider tone="day">{dayWords(t, language, line.at, now)}</Divider>}
              {line.id === mark && <Divider tone="new">{t('conversation.new')}</Divider>}
              <Line line={line} />
            </Fragment>
          ))}
          {pending.map((line) => (
            <PendingBubble key={line.key} line={line} />
          ))}
        </div>
      </div>
      {below && (
        <Button
          className="rise absolute! inset-x-0 bottom-3 mx-auto w-fit rounded-full shadow-lift"
          onPress={() => {
            atEnd.current = true
            if (box.current !== null) scrollToEnd(box.current)
            setBelow(false)
          }}
        >
          <IconArrowDown size={18} stroke={1.75} />
          {t('conversation.down')}
        </Button>
      )}
    </div>
  )
}
