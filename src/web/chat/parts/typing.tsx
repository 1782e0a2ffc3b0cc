import { useSettings } from '../settings.ts'

/** Three dots while an answer is on its way. */
export const Typing = () => {
  const { words } = useSettings()
  return (
    <div
      className="arrives flex h-10 w-fit items-center gap-1.5 self-start rounded-xl rounded-es-sm border border-hairline bg-surface px-4"
      data-typing
    >
      <span className="sr-only">{words('typing')}</span>
      {[0, 0.15, 0.3].map((delay) => (
        <span key={delay} aria-hidden className="dot size-2 rounded-full bg-text-3" style={{ animationDelay: `${delay}s` }} />
      ))}
    </div>
  )
}
