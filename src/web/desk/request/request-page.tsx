import { IconArrowRight, IconChevronLeft } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import type { RequestDetail } from '../../../http/contract.ts'
import { requestQuery } from '../lib/queries.ts'
import { dateOf, exactOf } from '../lib/time.ts'
import { useWords } from '../lib/words.ts'
import { Identifier, Name, Spoken } from '../parts/bidi.tsx'
import { IconButton } from '../parts/button.tsx'
import { Chip, stageTone } from '../parts/chip.tsx'
import { Failed, PaneSkeleton } from '../parts/states.tsx'
import { requestRoute } from '../router.tsx'
import { Answers } from './answers.tsx'
import { NextStep } from './next-step.tsx'
import { StageLine } from './stage-line.tsx'

const Card = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="rounded-lg border border-hairline bg-surface p-4 sm:p-5">
    <h2 className="mb-3 text-body">{title}</h2>
    {children}
  </section>
)

const Events = ({ request }: { request: RequestDetail }) => {
  const { t, language } = useWords()
  const steps = [
    // What is recorded in one go was never a draft.
    ...(request.openedAt === request.submittedAt ? [] : [{ at: request.openedAt, what: t('request.opened'), staff: null, note: null }]),
    ...(request.submittedAt === null ? [] : [{ at: request.submittedAt, what: t('request.submitted'), staff: null, note: null }]),
    ...request.events
      .filter((event) => event.to !== 'submitted' && event.to !== 'draft')
      .map((event) => ({ at: event.at, what: t(`stage.${event.to}`), staff: event.staff, note: event.note })),
  ].reverse()
  return (
    <ol className="grid">
      {steps.map((step) => (
        <li
          key={`${step.at} ${step.what}`}
          className="relative grid gap-0.5 border-s-2 border-hairline ps-4 pb-4 last:border-transparent last:pb-0"
        >
          <span aria-hidden="true" className="absolute -start-[7px] top-1.5 size-3 rounded-full border-2 border-surface bg-primary" />
          <span className="text-fine font-semibold">{step.what}</span>
          {step.note !== null && <Spoken className="text-fine text-text-2">{step.note}</Spoken>}
          <span className="text-small text-text-2">
            <time dateTime={step.at} title={exactOf(language, step.at)}>
              {dateOf(language, step.at)}
            </time>
            {step.staff !== null && <> · {t('request.by', { name: step.staff })}</>}
          </span>
        </li>
      ))}
    </ol>
  )
}

const Loaded = ({ request }: { request: RequestDetail }) => {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const service = t(`service.${request.service}`, { defaultValue: request.service })
  useEffect(() => {
    document.title = t('app.title', { page: request.reference === null ? service : `${service} ${request.reference}` })
  }, [t, service, request.reference])
  return (
    <main className="h-full grow overflow-y-auto">
      <div className="mx-auto grid max-w-280 gap-4 p-3 pb-10 sm:p-6">
        <header className="grid gap-1">
          <nav aria-label={t('app.inbox')} className="flex items-center gap-1 text-small text-text-2">
            <IconButton
              label={t('app.back')}
              className="-ms-2 sm:hidden"
              onPress={() => void navigate({ to: '/c/$conversation', params: { conversation: request.conversation } })}
            >
              <IconArrowRight size={22} stroke={1.75} className="ltr:-scale-x-100" />
            </IconButton>
            <Link to="/" className="text-primary max-sm:hidden">
              {t('app.inbox')}
            </Link>
            <IconChevronLeft size={14} stroke={1.75} className="ltr:-scale-x-100 max-sm:hidden" aria-hidden="true" />
            <Link to="/c/$conversation" params={{ conversation: request.conversation }} className="truncate text-primary">
              {request.person === null ? t('inbox.nobody') : <Name>{request.person}</Name>}
            </Link>
          </nav>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <h1 className="text-large">{service}</h1>
            {request.reference !== null && (
              <span className="text-title text-text-2">
                <Identifier>{request.reference}</Identifier>
              </span>
            )}
            <Chip tone={stageTone(request.stage)}>{t(`stage.${request.stage}`)}</Chip>
            {request.notBefore !== null && (
              <span className="text-small text-text-2">{t('request.not-before', { date: dateOf(language, request.notBefore) })}</span>
            )}
          </div>
        </header>

        <StageLine request={request} />

        <div className="grid items-start gap-4 lg:grid-cols-[1fr_23rem]">
          <div className="grid gap-4">
            <Card title={t('request.answers')}>
              <Answers answers={request.answers} />
            </Card>
            {request.declaration !== null && (
              <Card title={t('request.declaration')}>
                <Spoken className="text-fine text-text-2">{request.declaration.text}</Spoken>
                <p className="mt-2 text-small text-text-3">{t('request.declared', { date: exactOf(language, request.declaration.at) })}</p>
              </Card>
            )}
          </div>
          <div className="grid gap-4">
            <Card title={t('next.title')}>
              <NextStep key={`${request.id} ${request.stage}`} request={request} />
            </Card>
            <Card title={t('request.events')}>
              <Events request={request} />
            </Card>
          </div>
        </div>
      </div>
    </main>
  )
}

export const RequestPage = () => {
  const { language } = useWords()
  const { request: id } = requestRoute.useParams()
  const query = useQuery(requestQuery(id, language))
  if (query.data !== undefined) return <Loaded request={query.data} />
  return (
    <main className="h-full grow">
      {query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <PaneSkeleton />}
    </main>
  )
}
