import { useSettings } from '../settings.ts'

const starters = ['starter-1', 'starter-2', 'starter-3', 'starter-4']

/** Before the first word: who answers here, and a few ways to begin. */
export const Welcome = ({ name, onStart }: { name: string; onStart: (text: string) => void }) => {
  const { words } = useSettings()
  return (
    <section className="m-auto flex w-full max-w-md flex-col gap-4 py-6 text-center">
      <div>
        <h2 className="text-large font-semibold">
          <bdi>{words('welcome-title', { association: name })}</bdi>
        </h2>
        <p className="mt-1 text-text-2">{words('welcome')}</p>
      </div>
      <ul className="flex flex-wrap justify-center gap-2" aria-label={words('starters')}>
        {starters.map((key) => (
          <li key={key}>
            <button
              type="button"
              className="min-h-11 rounded-full border border-primary/60 bg-surface px-4 text-text transition-colors hover:border-primary hover:bg-selected"
              onClick={() => onStart(words(key))}
            >
              {words(key)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
