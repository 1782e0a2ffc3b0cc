import { IconAlertTriangle, IconClock, IconRobot, IconUser } from '@tabler/icons-react'
import type { ConversationRow } from '../../../http/contract.ts'
import { useSession } from '../lib/session.ts'
import { ageOf, exactOf, useNow } from '../lib/time.ts'
import { useWords } from '../lib/words.ts'
import { Moment } from '../parts/age.tsx'
import { Avatar } from '../parts/avatar.tsx'
import { Name } from '../parts/bidi.tsx'
import { ChannelIcon } from '../parts/channel.tsx'
import { Chip } from '../parts/chip.tsx'

/** Someone who asked for a person and has waited this long is a matter for now. */
const longWait = 60 * 60_000

const Waiting = ({ since, reason }: { since: string; reason: string | null }) => {
  const { t, language } = useWords()
  const now = useNow()
  const late = now - Date.parse(since) > longWait
  const age = ageOf(t, since, now) ?? t('time.now')
  return (
    <>
      <Chip tone={late ? 'danger' : 'warn'} title={exactOf(language, since)}>
        {late ? <IconAlertTriangle size={14} stroke={1.75} /> : <IconClock size={14} stroke={1.75} />}
        {t('inbox.waits', { age })}
      </Chip>
      {reason !== null && <span className="truncate">{t(`reason.${reason}`, { defaultValue: reason })}</span>}
    </>
  )
}

const Owner = ({ owner }: { owner: ConversationRow['owner'] }) => {
  const { t } = useWords()
  const { staff } = useSession()
  if (owner === null)
    return (
      <span className="flex items-center gap-1 text-bot">
        <IconRobot size={16} stroke={1.75} aria-hidden="true" />
        {t('inbox.bot')}
      </span>
    )
  if (owner.id === staff.id)
    return (
      <Chip tone="staff">
        <IconUser size={14} stroke={1.75} />
        {t('inbox.you')}
      </Chip>
    )
  return (
    <span className="flex min-w-0 items-center gap-1">
      <IconUser size={16} stroke={1.75} aria-hidden="true" className="shrink-0" />
      <span className="truncate">
        <Name>{owner.name}</Name>
      </span>
    </span>
  )
}

export const RowContent = ({ row }: { row: ConversationRow }) => {
  const { t } = useWords()
  const words = row.preview !== '' ? row.preview : row.previewKind === null ? '' : t(`kind.${row.previewKind}`)
  const who = { bot: t('inbox.we'), staff: t('inbox.staff'), person: null }[row.previewFrom ?? 'person']
  return (
    <div className="flex min-h-22 items-start gap-3 px-4 py-2.5">
      <Avatar name={row.name} held={row.waitingSince !== null ? 'nobody' : row.owner === null ? 'bot' : 'staff'} />
      <div className="min-w-0 grow">
        <div className="flex items-baseline justify-between gap-2">
          <span className={`truncate ${row.unanswered > 0 || row.waitingSince !== null ? 'font-semibold' : ''}`}>
            {row.name === null ? t('inbox.nobody') : <Name>{row.name}</Name>}
          </span>
          {row.lastInAt !== null && <Moment at={row.lastInAt} className="shrink-0 text-tiny text-text-3" />}
        </div>
        <p className="flex gap-1 text-fine text-text-2">
          {who !== null && <span className="shrink-0 text-text-3">{who}</span>}
          <span dir="auto" className="truncate">
            {words}
          </span>
        </p>
        <div className="mt-1 flex items-center gap-2 text-tiny text-text-2">
          <ChannelIcon channel={row.channel} />
          {row.waitingSince !== null ? <Waiting since={row.waitingSince} reason={row.waitingReason} /> : <Owner owner={row.owner} />}
          {row.unanswered > 0 && (
            <span
              role="img"
              aria-label={t('inbox.unanswered', { count: row.unanswered })}
              className="ms-auto grid h-5 min-w-5 shrink-0 place-items-center rounded-full bg-primary px-1.5 font-semibold text-on-primary"
            >
              {row.unanswered}
            </span>
          )}
        </div>
      </div>
    </div>
  )
}
