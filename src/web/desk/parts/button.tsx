import { Button as AriaButton, type ButtonProps } from 'react-aria-components'

const looks = {
  primary: 'bg-primary text-on-primary data-hovered:bg-primary-strong data-pressed:bg-primary-strong font-semibold',
  plain: 'border border-control text-text bg-surface data-hovered:bg-raised data-pressed:bg-raised font-semibold',
  quiet: 'text-text-2 data-hovered:bg-raised data-pressed:bg-raised',
} as const

const base =
  'inline-flex items-center justify-center gap-2 rounded-sm select-none transition-colors data-disabled:opacity-55 data-disabled:cursor-not-allowed aria-busy:opacity-75'

type Look = keyof typeof looks

interface Own {
  look?: Look
  className?: string
  /** At work: keeps the focus and its place, and does nothing more when pressed. */
  busy?: boolean
}

export const Button = ({
  look = 'plain',
  className = '',
  busy = false,
  onPress,
  ...props
}: Omit<ButtonProps, 'className' | 'isPending'> & Own) => (
  <AriaButton
    {...props}
    {...(onPress !== undefined && !busy ? { onPress } : {})}
    {...(busy ? { 'aria-busy': true } : {})}
    className={`${base} min-h-11 px-4 text-fine sm:min-h-10 ${looks[look]} ${className}`}
  />
)

/** Square, for an icon alone: its label is for those who do not see it. */
export const IconButton = ({
  look = 'quiet',
  label,
  className = '',
  ...props
}: Omit<ButtonProps, 'className' | 'aria-label'> & { look?: Look; label: string; className?: string }) => (
  <AriaButton {...props} aria-label={label} className={`${base} size-11 shrink-0 sm:size-10 ${looks[look]} ${className}`} />
)
