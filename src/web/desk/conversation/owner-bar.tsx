/** Who is answering, across the whole width, with the one act that changes it. */
import { IconClock, IconRobot, IconUser, IconUserCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
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
  const act = (what: 'take' | 'release', done: string) => ({
    mutationFn: () => call(`/conversations/${id}/${what}`, { method: 'POST', body: {}, key: newKey() }),
    onSuccess: () => tell('ok', t(done)),
    onError: (error: Error) => {
      const name = error instanceof Refusal ? error.owner : null
      if (codeOf(error) === 'already-owned' && name !== null) tell('warn', t('owner.beaten', { name }))
      else tell('warn', refusalWords(t, codeOf(error)))
    },
    onSettled: () => refresh({ kind: 'conversation', id }),
  })
  return { take: useMutation(act('take', 'owner.taken')), release: useMutation(act('release', 'owner.released')) }
}

const Bar = ({ look, icon, children, action }: { look: string; icon: ReactNode; children: ReactNode; action?: ReactNode }) => (
  <div className={`flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5 text-fine ${look}`}>
    <span className="shrink-0" aria-hidden="true">
      {icon}
    </span>
    <div className="min-w-0 grow basis-48" role="status">
      {children}
    </div>
    {action}
  </div>
)

/** A sentence with a name in it: the name is isolated, wherever the language puts it. */
const WithName = ({ text, name }: { text: string; name: string }) => {
  const [before, rest] = text.split('<name>')
  const after = rest?.split('</name>')[1]
  return (
    <>
      {before}
      <Name>{name}</Name>
      {after}
    </>
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
        <p>
          {/* The name is put in by an element of its own, so that its direction stays its own. */}
          <WithName text={t('owner.other', { name: '' })} name={owner.name} />
        </p>
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
        <p className="text-small">{t('owner.still-serving')}</p>
      </Bar>
    )
  }
  return (
    <Bar look="bg-bot-soft text-bot" icon={<IconRobot size={20} stroke={1.75} />} action={takeButton}>
      <p className="font-semibold">{t('owner.bot')}</p>
    </Bar>
  )
}
