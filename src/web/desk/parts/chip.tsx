import type { ReactNode } from 'react'

const tones = {
  neutral: 'bg-raised text-text-2',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
  ok: 'bg-ok-soft text-ok',
  info: 'bg-info-soft text-info',
  bot: 'bg-bot-soft text-bot',
  staff: 'bg-staff-soft text-staff',
} as const
export type Tone = keyof typeof tones

export const Chip = ({ tone = 'neutral', children, title }: { tone?: Tone; children: ReactNode; title?: string | undefined }) => (
  <span
    title={title}
    className={`inline-flex max-w-full items-center gap-1 rounded-full px-2 py-0.5 text-tiny whitespace-nowrap [&>svg]:shrink-0 ${tones[tone]}`}
  >
    {children}
  </span>
)

const stageTones: Record<string, Tone> = {
  draft: 'neutral',
  submitted: 'warn',
  incomplete: 'warn',
  complete: 'info',
  research: 'info',
  committee: 'info',
  approved: 'ok',
  delivered: 'ok',
}

export const stageTone = (stage: string): Tone => stageTones[stage] ?? 'neutral'
