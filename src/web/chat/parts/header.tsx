import { IconHeadset, IconHeartHandshake, IconRobot } from '@tabler/icons-react'
import { useSettings } from '../settings.ts'

/** Whose chat this is, and who answers in it. */
export const Header = ({ name, owner, sample }: { name: string; owner: 'bot' | 'staff'; sample: boolean }) => {
  const { words } = useSettings()
  const staff = owner === 'staff'
  return (
    <header className="z-10 shrink-0 border-b border-hairline bg-surface pt-[env(safe-area-inset-top)]">
      <div className="pad-inline flex h-16 items-center gap-3">
        <span className="grid size-10 shrink-0 place-items-center rounded-full bg-primary text-on-primary">
          <IconHeartHandshake size={22} stroke={1.75} aria-hidden />
        </span>
        <div className="min-w-0 flex-1">
          <h1 className="min-h-[1.45em] truncate text-title font-semibold">
            <bdi>{name}</bdi>
          </h1>
          <p className="flex items-center text-small" aria-live="polite">
            <span
              className={`flex items-center gap-1 rounded-full px-2 ${staff ? 'bg-staff-soft text-staff' : 'bg-bot-soft text-bot'}`}
              data-owner={owner}
            >
              {staff ? <IconHeadset size={14} stroke={1.75} aria-hidden /> : <IconRobot size={14} stroke={1.75} aria-hidden />}
              {words(staff ? 'with-staff' : 'automatic')}
            </span>
          </p>
        </div>
      </div>
      {sample && <p className="pad-inline bg-warn-soft py-1 text-center text-small text-warn">{words('sample')}</p>}
    </header>
  )
}
