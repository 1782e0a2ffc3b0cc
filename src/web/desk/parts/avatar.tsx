import { IconUserQuestion } from '@tabler/icons-react'

/** First letter of the name; a dashed ring while nobody has taken someone who waits. */
export const Avatar = ({ name, held, size = 'md' }: { name: string | null; held: 'bot' | 'staff' | 'nobody'; size?: 'md' | 'lg' }) => {
  const look = {
    bot: 'bg-bot-soft text-bot',
    staff: 'bg-staff-soft text-staff',
    nobody: 'bg-warn-soft text-warn outline-2 outline-dashed outline-warn -outline-offset-2',
  }[held]
  const letter = [...(name ?? '').trim()][0]
  return (
    <span
      aria-hidden="true"
      className={`grid shrink-0 place-items-center rounded-full font-semibold ${size === 'lg' ? 'size-12 text-title' : 'size-10'} ${look}`}
    >
      {letter ?? <IconUserQuestion size={20} stroke={1.75} />}
    </span>
  )
}
