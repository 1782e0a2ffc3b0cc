import { IconCheck } from '@tabler/icons-react'
import type { ChatMessage } from '../../../http/contract.ts'
import { numberOf } from '../format.ts'
import type { Question } from '../merge.ts'
import { useSettings } from '../settings.ts'

const offered = 'border-primary/60 bg-surface text-text hover:border-primary hover:bg-selected'
const looks = {
  list: {
    box: 'flex w-full max-w-[min(85%,34rem)] flex-col gap-1.5',
    button: 'flex min-h-11 items-center gap-2.5 rounded-md px-3 py-1.5 text-start transition-colors',
    tone: offered,
    number: 'min-w-[1.4em] text-center text-primary',
    label: 'flex-1',
  },
  scale: {
    box: 'flex w-full max-w-[26rem] gap-1.5',
    button: 'flex min-h-14 min-w-0 flex-1 flex-col items-center justify-center rounded-md px-0.5 py-1 transition-colors',
    tone: offered,
    number: 'text-title text-primary',
    label: 'text-tiny leading-tight [overflow-wrap:anywhere]',
  },
  past: {
    box: 'flex max-w-[min(85%,34rem)] flex-wrap gap-1',
    button: 'flex max-w-full items-center gap-1.5 rounded-full px-2.5 py-0.5 text-start text-small',
    tone: 'border-hairline text-text-3',
    number: '',
    label: 'truncate',
  },
} as const

/** The answers a question offers, as buttons with the numbers that also choose them; small once they are past. */
export const Options = (props: { message: ChatMessage; question: Question; onChoose: (option: { id: string; label: string }) => void }) => {
  const { message, question } = props
  const { language, words } = useSettings()
  const shape = question.open ? (message.layout === 'scale' ? 'scale' : 'list') : 'past'
  const look = looks[shape]
  return (
    <fieldset disabled={!question.open} className={`m-0 min-w-0 border-0 p-0 ${look.box}`}>
      <legend className="sr-only">{words(question.open ? 'options' : 'options-past')}</legend>
      {message.options.map((option) => {
        const chosen = question.chosen === option.id
        return (
          <button
            key={option.id}
            type="button"
            data-option={option.id}
            onClick={() => props.onChoose(option)}
            className={`border ${look.button} ${chosen ? 'border-primary bg-selected text-text' : look.tone}`}
          >
            <span className={`shrink-0 font-semibold ${look.number}`}>{numberOf(option.n, language)}</span>
            <bdi className={`min-w-0 ${look.label}`}>{option.label}</bdi>
            {chosen && <IconCheck size={14} stroke={2} aria-hidden className="shrink-0 text-primary" />}
          </button>
        )
      })}
    </fieldset>
  )
}
