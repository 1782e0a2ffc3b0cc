import { exactOf, shortOf, useNow } from '../lib/time.ts'
import { useWords } from '../lib/words.ts'

/** A moment, short; exact when pointed at. */
export const Moment = ({ at, className = '' }: { at: string; className?: string }) => {
  const { language } = useWords()
  const now = useNow()
  return (
    <time dateTime={at} title={exactOf(language, at)} className={className}>
      {shortOf(language, at, now)}
    </time>
  )
}
