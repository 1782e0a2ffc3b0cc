import { IconAlertCircle, IconCheck, IconClock } from '@tabler/icons-react'

/** Where one's own message stands: icon and word, never colour alone. */
export const Sent = ({ label }: { label: string }) => <Mark icon={IconCheck} label={label} />
export const Waiting = ({ label }: { label: string }) => <Mark icon={IconClock} label={label} />
export const Failed = ({ label }: { label: string }) => <Mark icon={IconAlertCircle} label={label} />

const Mark = ({ icon: Icon, label }: { icon: typeof IconCheck; label: string }) => (
  <span title={label}>
    <Icon size={14} stroke={2} aria-hidden />
    <span className="sr-only">{label}</span>
  </span>
)
