import { IconAlertTriangle, IconCheck, IconChecks, IconClock, IconHandClick, IconRobot } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { TranscriptLine } from '../../../http/contract.ts'
import { useSession } from '../lib/session.ts'
import { clockOf, exactOf } from '../lib/time.ts'
import { useWords } from '../lib/words.ts'
import { Name, Spoken } from '../parts/bidi.tsx'
import { Attachment } from './attachment.tsx'
import type { PendingLine } from './use-pending.ts'

const bubbles = {
  person: 'self-start bg-surface border border-hairline text-text rounded-ss-sm',
  bot: 'self-end bg-bot-soft text-text rounded-se-sm',
  staff: 'self-end bg-staff-soft text-text rounded-se-sm',
} as const

const Bubble = ({ from, children, foot }: { from: keyof typeof bubbles; children: ReactNode; foot: ReactNode }) => (
  <article className={`max-w-[min(85%,34rem)] min-w-24 rounded-lg px-3.5 pt-2 pb-1.5 [content-visibility:auto] ${bubbles[from]}`}>
    {children}
    <footer className="mt-0.5 flex flex-wrap items-center gap-x-2 text-tiny text-text-2">{foot}</footer>
  </article>
)

const Time = ({ at }: { at: string }) => {
  const { language } = useWords()
  return (
    <time dateTime={at} title={exactOf(language, at)}>
      {clockOf(language, at)}
    </time>
  )
}

const stateIcons: Record<string, ReactNode> = {
  pending: <IconClock size={14} stroke={1.75} />,
  queued: <IconClock size={14} stroke={1.75} />,
  sending: <IconClock size={14} stroke={1.75} />,
  sent: <IconCheck size={15} stroke={1.75} />,
  delivered: <IconChecks size={15} stroke={1.75} />,
  read: <IconChecks size={15} stroke={1.75} className="text-primary" />,
}
/** States that someone should look at are words, the others marks with a name. */
const loud = new Set(['failed', 'uncertain', 'parked', 'deferred', 'waiting'])

const Delivery = ({ state }: { state: string }) => {
  const { t } = useWords()
  if (loud.has(state))
    return (
      <span className="flex items-center gap-1 font-semibold text-danger">
        <IconAlertTriangle size={14} stroke={1.75} aria-hidden="true" />
        {t(`state.${state}`)}
      </span>
    )
  const icon = stateIcons[state]
  if (icon === undefined) return null
  return (
    <span role="img" aria-label={t(`state.${state}`)} title={t(`state.${state}`)}>
      {icon}
    </span>
  )
}

const Notice = ({ line }: { line: TranscriptLine }) => {
  const { t } = useWords()
  const { staff } = useSession()
  const reason = line.text === '' ? null : t(`reason.${line.text}`, { defaultValue: line.text })
  const words =
    line.kind === 'asked' && reason !== null
      ? t('notice.asked-why', { reason })
      : t(`notice.${line.kind}`, { name: line.staff ?? staff.name, defaultValue: line.kind })
  return (
    <p className="self-center px-4 text-center text-small text-text-3">
      {words} · <Time at={line.at} />
    </p>
  )
}

const Options = ({ options }: { options: TranscriptLine['options'] }) => (
  <ul className="mt-1.5 mb-0.5 flex flex-wrap gap-1.5">
    {options.map((option) => (
      <li key={option.n} className="rounded-sm border border-control px-2 py-0.5 text-small text-text-2">
        {option.n}. <bdi>{option.label}</bdi>
      </li>
    ))}
  </ul>
)

/** Kinds whose words are in the text or in the picture; the others are named. */
const silent = new Set(['text', 'choice'])

export const Line = ({ line }: { line: TranscriptLine }) => {
  const { t } = useWords()
  if (line.from === 'notice') return <Notice line={line} />
  return (
    <Bubble
      from={line.from}
      foot={
        <>
          {line.from === 'bot' && (
            <span className="flex items-center gap-1 text-bot">
              <IconRobot size={14} stroke={1.75} aria-hidden="true" />
              {t('conversation.bot')}
            </span>
          )}
          {line.staff !== null && line.from === 'staff' && (
            <span className="text-staff">
              <Name>{line.staff}</Name>
            </span>
          )}
          <Time at={line.at} />
          <Delivery state={line.state} />
        </>
      }
    >
      {!silent.has(line.kind) && <Attachment line={line} />}
      {line.kind === 'choice' && (
        <p className="flex items-center gap-1 text-small text-text-3">
          <IconHandClick size={14} stroke={1.75} aria-hidden="true" />
          {t('conversation.pressed')}
        </p>
      )}
      {line.text !== '' && line.kind !== 'location' && <Spoken>{line.text}</Spoken>}
      {line.options.length > 0 && <Options options={line.options} />}
    </Bubble>
  )
}

/** A reply that the server has not shown yet. */
export const PendingBubble = ({ line }: { line: PendingLine }) => {
  const { t } = useWords()
  const { staff } = useSession()
  return (
    <Bubble
      from="staff"
      foot={
        <>
          <span className="text-staff">
            <Name>{staff.name}</Name>
          </span>
          <Time at={line.at} />
          <Delivery state={line.failed ? 'failed' : 'pending'} />
          {line.failed && (
            <AriaButton className="font-semibold text-danger underline" onPress={line.retry}>
              {t('app.retry')}
            </AriaButton>
          )}
        </>
      }
    >
      <Spoken>{line.text}</Spoken>
    </Bubble>
  )
}
