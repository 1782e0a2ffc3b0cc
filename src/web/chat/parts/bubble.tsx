import type { ReactNode } from 'react'

const looks = {
  me: 'self-end bg-mine text-on-mine rounded-ee-sm',
  bot: 'self-start bg-surface text-text border border-hairline rounded-es-sm',
  staff: 'self-start bg-staff-soft text-text rounded-es-sm',
} as const

/** One message. Ours stands at the end side (left in Arabic), theirs at the start. */
export const Bubble = (props: {
  from: keyof typeof looks
  /** Read out before the words. */
  speaker: string
  foot: ReactNode
  fresh: boolean
  failed?: boolean
  children: ReactNode
}) => (
  <div
    data-from={props.from}
    className={`w-fit max-w-[min(85%,34rem)] rounded-xl px-3.5 pt-2 pb-1.5 ${looks[props.from]} ${props.fresh ? 'arrives' : ''} ${props.failed ? 'opacity-80' : ''}`}
  >
    <span className="sr-only">{props.speaker}: </span>
    {props.children}
    <div className="mt-0.5 flex items-center justify-end gap-1 text-tiny opacity-80">{props.foot}</div>
  </div>
)
