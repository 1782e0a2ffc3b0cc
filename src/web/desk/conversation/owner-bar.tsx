/** Who is answering, across the whole width, with the one act that changes it. */
import { IconClock, IconMessageOff, IconRobot, IconUser, IconUserCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ConversationDetail } from '../../../http/contract.ts'
import { call, codeOf, newKey, Refusal } from '../lib/api.ts'
import { refresh } from '../lib/queries.ts'
import { useMay, useSession } from '../lib/session.ts'
import { ageOf, exactOf, useNow } from '../lib/time.ts'
import { refusalWords, useWords } from '../lib/words.ts'
import { Name } from '../parts/bidi.tsx'
import { Button } from '../parts/button.tsx'
import { tell } from '../parts/toasts.tsx'

/** Takes or returns the conversation; a colleague who was first is named, and what is shown is refetched. */
const useOwnership = (id: string) => {
  const { t } = useWords()
  const navigate = useNavigate()
  const act = (what: 'take' | 'release', done: string, tab: 'mine' | 'all') => ({
    mutationFn: () => call(`/conversations/${id}/${what}`, { method: 'POST', body: {}, key: newKey() }),
    onSuccess: () => {
      tell('ok', t(done))
      // The list follows, so that the open conversation stays in it.
      void navigate({ to: '.', search: { tab }, replace: true })
    },
    onError: (error: Error) => {
      const name = error instanceof Refusal ? error.owner : null
      if (codeOf(error) === 'already-owned' && name !== null) tell('warn', t('owner.beaten', { name }))
      else tell('warn', refusalWords(t, codeOf(error)))
    },
    onSettled: () => refresh({ kind: 'conversation', id }),
  })
  return { take: useMutation(act('take', 'owner.taken', 'mine')), release: useMutation(act('release', 'owner.released', 'all')) }
}

const Bar = ({ look, icon, children, action }: { look: string; icon: ReactNode; children: ReactNode; action?: ReactNode }) => (
  <div className={`flex min-h-13 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5 text-fine ${look}`}>
    <span className="shrink-0" aria-hidden="true">
      {icon}
    </span>
    <div className="min-w-0 grow basis-48" role="status">
      {children}
    </div>
    {action}
  </div>
)

/** Stands where the name goes, so that the name can be an element of its own and keep its direction. */
const place = '\uE000'

const WithName = ({ text, name }: { text: (place: string) => string; name: string }) => {
  const [before, after] = text(place).split(place)
  return (
    <p>
      {before}
      <Name>{name}</Name>
      {after}
    </p>
  )
}

export const OwnerBar = ({ detail }: { detail: ConversationDetail }) => {
  const { t, language } = useWords()
  const { staff } = useSession()
  const may = useMay()
  const now = useNow()
  const { take, release } = useOwnership(detail.id)
  const { owner, waitingSince, waitingReason } = detail

  if (owner?.id === staff.id)
    return (
      <Bar
        look="bg-staff-soft text-staff"
        icon={<IconUserCheck size={20} stroke={1.75} />}
        action={
          may('conversation.release') && (
            <Button look="plain" busy={release.isPending} onPress={() => release.mutate()}>
              {t(release.isPending ? 'owner.releasing' : 'owner.release')}
            </Button>
          )
        }
      >
        <p className="font-semibold">{t('owner.mine')}</p>
      </Bar>
    )
  if (owner !== null)
    return (
      <Bar look="bg-raised text-text-2" icon={<IconUser size={20} stroke={1.75} />}>
        <WithName text={(name) => t('owner.other', { name })} name={owner.name} />
      </Bar>
    )
  const takeButton = may('conversation.take') && (
    <Button look="primary" busy={take.isPending} onPress={() => take.mutate()}>
      {t(take.isPending ? 'owner.taking' : 'owner.take')}
    </Button>
  )
  if (waitingSince !== null) {
    const age = ageOf(t, waitingSince, now)
    return (
      <Bar look="bg-warn-soft text-warn" icon={<IconClock size={20} stroke={1.75} />} action={takeButton}>
        <p className="font-semibold">
          <time dateTime={waitingSince} title={exactOf(language, waitingSince)}>
            {age === null ? t('owner.waiting-now') : t('owner.waiting', { age: t('time.since', { age }) })}
          </time>
          {waitingReason !== null && <> · {t(`reason.${waitingReason}`, { defaultValue: waitingReason })}</>}
        </p>
        <p className="text-small max-sm:hidden">{t('owner.still-serving')}</p>
      </Bar>
    )
  }
  return (
    <Bar look="bg-bot-soft text-bot" icon={<IconRobot size={20} stroke={1.75} />} action={takeButton}>
      <p className="font-semibold">{t('owner.bot')}</p>
    </Bar>
  )
}

/** Stands under the owner while nothing of ours arrives: what is written here may not be read. */
export const UnreachableBar = () => {
  const { t } = useWords()
  return (
    <Bar look="bg-warn-soft text-warn border-t border-hairline" icon={<IconMessageOff size={20} stroke={1.75} />}>
      <p className="font-semibold">{t('owner.unreachable')}</p>
      <p className="text-small">{t('owner.unreachable-more')}</p>
    </Bar>
  )
}
