/** The person and their requests, beside the words. */
import { IconChevronLeft, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, use } from 'react'
import { OverlayTriggerStateContext } from 'react-aria-components'
import type { ConversationDetail } from '../../../http/contract.ts'
import { dateOf } from '../lib/time.ts'
import { useWords } from '../lib/words.ts'
import { Moment } from '../parts/age.tsx'
import { Avatar } from '../parts/avatar.tsx'
import { Identifier, Name } from '../parts/bidi.tsx'
import { IconButton } from '../parts/button.tsx'
import { Chip, stageTone } from '../parts/chip.tsx'

const Row = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="grid grid-cols-[6.5rem_1fr] gap-2 py-1 text-fine">
    <dt className="text-text-2">{label}</dt>
    <dd className="min-w-0">{children}</dd>
  </div>
)

const Close = () => {
  const { t } = useWords()
  const state = use(OverlayTriggerStateContext)
  return (
    <IconButton label={t('app.close')} onPress={() => state?.close()}>
      <IconX size={20} stroke={1.75} />
    </IconButton>
  )
}

export const SideCard = ({ detail, closable = false }: { detail: ConversationDetail; closable?: boolean }) => {
  const { t, language } = useWords()
  return (
    <>
      <div className="flex items-center gap-3 border-b border-hairline p-4">
        <Avatar name={detail.name} held={detail.owner === null ? 'bot' : 'staff'} size="lg" />
        <div className="min-w-0 grow">
          <h2 className="text-body [overflow-wrap:anywhere]">{detail.name === null ? t('inbox.nobody') : <Name>{detail.name}</Name>}</h2>
          <p className="text-small text-text-2">{t(`channel.${detail.channel}`, { defaultValue: detail.channel })}</p>
        </div>
        {closable && <Close />}
      </div>
      <section className="border-b border-hairline p-4">
        <h3 className="mb-1 text-fine">{t('card.contact')}</h3>
        <dl>
          <Row label={t('card.language')}>{t(`card.languages.${detail.language}`)}</Row>
          <Row label={t('card.gender')}>{t(`card.genders.${detail.gender ?? 'none'}`)}</Row>
          {detail.lastInAt !== null && (
            <Row label={t('card.last')}>
              <Moment at={detail.lastInAt} />
            </Row>
          )}
        </dl>
      </section>
      <section className="p-4">
        <h3 className="mb-2 text-fine">{t('card.requests')}</h3>
        {detail.requests.length === 0 && <p className="text-fine text-text-2">{t('card.no-requests')}</p>}
        <ul className="grid gap-2">
          {detail.requests.map((request) => (
            <li key={request.id}>
              <Link
                to="/r/$request"
                params={{ request: request.id }}
                className="flex items-center gap-2 rounded-md border border-hairline p-3 hover:border-control hover:bg-raised"
              >
                <span className="grid min-w-0 grow gap-1">
                  <span className="flex flex-wrap items-baseline justify-between gap-x-2">
                    <span className="text-fine font-semibold">{t(`service.${request.service}`, { defaultValue: request.service })}</span>
                    <span className="text-small text-text-2">
                      {request.reference === null ? t('card.no-reference') : <Identifier>{request.reference}</Identifier>}
                    </span>
                  </span>
                  <span>
                    <Chip tone={stageTone(request.stage)}>{t(`stage.${request.stage}`)}</Chip>
                  </span>
                  {request.submittedAt !== null && (
                    <span className="text-tiny text-text-3">{t('card.submitted', { date: dateOf(language, request.submittedAt) })}</span>
                  )}
                </span>
                <IconChevronLeft size={18} stroke={1.75} className="shrink-0 text-text-3 ltr:-scale-x-100" aria-hidden="true" />
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
