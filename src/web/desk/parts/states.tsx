/** What stands where content is not: waiting, nothing, trouble. */
import { IconCloudOff, IconMoodEmpty } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { codeOf } from '../lib/api.ts'
import { refusalWords, useWords } from '../lib/words.ts'
import { Button } from './button.tsx'

export const Empty = ({ icon, title, more, action }: { icon?: ReactNode; title: string; more?: string; action?: ReactNode }) => (
  <div className="grid h-full place-content-center justify-items-center gap-1 p-8 text-center">
    <span className="mb-2 grid size-14 place-items-center rounded-full bg-raised text-text-3" aria-hidden="true">
      {icon ?? <IconMoodEmpty size={26} stroke={1.5} />}
    </span>
    <p className="font-semibold">{title}</p>
    {more !== undefined && <p className="max-w-80 text-fine text-text-2">{more}</p>}
    {action !== undefined && <div className="mt-3">{action}</div>}
  </div>
)

export const Failed = ({ error, retry }: { error: unknown; retry: () => void }) => {
  const { t } = useWords()
  const code = codeOf(error)
  return (
    <div role="alert" className="h-full">
      <Empty
        icon={<IconCloudOff size={26} stroke={1.5} />}
        title={t('failed.title')}
        more={code === 'not-found' ? t('failed.gone') : refusalWords(t, code)}
        action={code === 'not-found' ? undefined : <Button onPress={retry}>{t('app.retry')}</Button>}
      />
    </div>
  )
}

export const ListSkeleton = () => {
  const { t } = useWords()
  return (
    <div role="status" aria-label={t('app.loading')}>
      {[72, 54, 66, 48, 60].map((width) => (
        <div key={width} className="flex h-22 items-center gap-3 px-4">
          <span className="skeleton size-10 shrink-0 rounded-full" />
          <span className="grid grow gap-2">
            <span className="skeleton h-3.5" style={{ width: `${width}%` }} />
            <span className="skeleton h-3 w-11/12" />
          </span>
        </div>
      ))}
    </div>
  )
}

export const PaneSkeleton = () => {
  const { t } = useWords()
  return (
    <div role="status" aria-label={t('app.loading')} className="grid content-start gap-4 p-6">
      <span className="skeleton h-5 w-48" />
      {['w-3/5', 'w-2/5 justify-self-end', 'w-1/2', 'w-3/5 justify-self-end'].map((place) => (
        <span key={place} className={`skeleton h-16 rounded-lg ${place}`} />
      ))}
    </div>
  )
}
