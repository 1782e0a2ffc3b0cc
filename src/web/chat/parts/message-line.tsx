import { IconFileOff } from '@tabler/icons-react'
import type { ChatMessage } from '../../../http/contract.ts'
import { fileUrl } from '../api.ts'
import { timeOf } from '../format.ts'
import type { Question } from '../merge.ts'
import { useSettings } from '../settings.ts'
import { Bubble } from './bubble.tsx'
import { FileCard } from './file-card.tsx'
import { Options } from './options.tsx'
import { RichText } from './rich-text.tsx'
import { Sent } from './state-mark.tsx'

/** A stored message, and the answers it offers. `first`: the speaker has changed. */
export const MessageLine = (props: {
  message: ChatMessage
  question: Question | undefined
  first: boolean
  fresh: boolean
  onChoose: (promptId: string, option: { id: string; label: string }) => void
}) => {
  const { message, question } = props
  const { language, words, slug } = useSettings()
  const { from, file, promptId } = message
  const speaker = from === 'staff' ? (message.staff ?? words('from-staff')) : words(from === 'me' ? 'from-me' : 'from-bot')
  return (
    <>
      {props.first && from === 'staff' && (
        <p className="mt-1 self-start px-1 text-small font-semibold text-staff" aria-hidden>
          <bdi>{speaker}</bdi>
        </p>
      )}
      <Bubble
        from={from}
        speaker={speaker}
        fresh={props.fresh}
        foot={
          <>
            <time dateTime={message.at}>{timeOf(message.at, language)}</time>
            {from === 'me' && <Sent label={words('sent')} />}
          </>
        }
      >
        <div lang={message.language} className="flex flex-col gap-1.5">
          {file !== null && <FileCard {...file} href={fileUrl(slug, file.id)} preview={null} />}
          {message.text !== '' && (
            <div>
              <RichText text={message.text} />
            </div>
          )}
          {file === null && message.text === '' && (
            <span className="flex items-center gap-2">
              <IconFileOff size={20} stroke={1.75} aria-hidden className="shrink-0" />
              {words('not-kept')}
            </span>
          )}
        </div>
      </Bubble>
      {question !== undefined && promptId !== null && message.options.length > 0 && (
        <Options message={message} question={question} onChoose={(option) => props.onChoose(promptId, option)} />
      )}
    </>
  )
}
