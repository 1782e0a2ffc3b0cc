import { IconEye, IconEyeOff, IconUserEdit } from '@tabler/icons-react'
import { useState } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import type { RequestDetail } from '../../../http/contract.ts'
import { FileCard, Picture } from '../conversation/attachment.tsx'
import { localeOf, useWords } from '../lib/words.ts'
import { Identifier, Spoken } from '../parts/bidi.tsx'
import { Chip } from '../parts/chip.tsx'

type Answer = RequestDetail['answers'][number]

/** +966500000001 → +966 50 000 0001: read aloud in groups. */
const grouped = (phone: string): string => phone.replace(/^(\+966)(\d{2})(\d{3})(\d{4})$/, '$1 $2 $3 $4')

const Value = ({ answer }: { answer: Answer }) => {
  const { t, language } = useWords()
  switch (answer.kind) {
    case 'money':
      return t('request.money', { amount: new Intl.NumberFormat(localeOf(language)).format(Number(answer.value)) })
    case 'phone':
      return <Identifier>{grouped(answer.value)}</Identifier>
    case 'national-id':
    case 'number':
      return <Identifier>{answer.value}</Identifier>
    case 'by-staff':
      return (
        <Chip tone="warn">
          <IconUserEdit size={14} stroke={1.75} />
          {t('request.by-staff')}
        </Chip>
      )
    case 'files':
    case 'voice':
      if (answer.files.length === 0) return <span className="text-text-3">{t('request.no-file')}</span>
      return (
        <div className="flex flex-wrap gap-2">
          {answer.files.map((file) =>
            file.mime.startsWith('image/') ? (
              <Picture key={file.id} id={file.id} name={file.name} className="size-24" />
            ) : (
              <FileCard key={file.id} file={file} kind={answer.kind === 'voice' ? 'voice' : 'document'} />
            ),
          )}
        </div>
      )
    default:
      return <Spoken>{answer.value}</Spoken>
  }
}

/** Covered until someone asks: a screen in an office has more than one reader. */
const Covered = ({ answer }: { answer: Answer }) => {
  const { t } = useWords()
  const [shown, setShown] = useState(false)
  // The last four digits tell two ids apart; of words nothing is shown.
  const last = answer.kind === 'national-id' ? answer.value.slice(-4) : ''
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {shown ? (
        <Value answer={answer} />
      ) : (
        <span role="img" aria-label={t('request.hidden', { last })}>
          <Identifier>{`••••••${last}`}</Identifier>
        </span>
      )}
      <AriaButton
        aria-label={`${t(shown ? 'request.mask' : 'request.reveal')}: ${answer.label}`}
        onPress={() => setShown(!shown)}
        className="inline-flex min-h-7 items-center gap-1 rounded-sm px-2 text-small text-primary data-hovered:bg-raised"
      >
        {shown ? <IconEyeOff size={16} stroke={1.75} /> : <IconEye size={16} stroke={1.75} />}
        {t(shown ? 'request.mask' : 'request.reveal')}
      </AriaButton>
    </span>
  )
}

export const Answers = ({ answers }: { answers: Answer[] }) => {
  const { t } = useWords()
  if (answers.length === 0) return <p className="text-fine text-text-2">{t('request.no-answers')}</p>
  return (
    <dl className="divide-y divide-hairline">
      {answers.map((answer) => (
        <div key={answer.field} className="grid gap-x-4 gap-y-0.5 py-2.5 first:pt-0 last:pb-0 sm:grid-cols-[11rem_1fr]">
          <dt className="text-fine text-text-2">{answer.label}</dt>
          <dd className="min-w-0">{answer.sensitive ? <Covered answer={answer} /> : <Value answer={answer} />}</dd>
        </div>
      ))}
    </dl>
  )
}
