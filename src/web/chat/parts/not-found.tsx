import { useSettings } from '../settings.ts'

export const NotFound = () => {
  const { words } = useSettings()
  return (
    <main className="grid h-full place-content-center gap-1 bg-canvas p-6 text-center">
      <h1 className="text-large font-semibold">{words('not-found')}</h1>
      <p className="text-text-2">{words('not-found-note')}</p>
    </main>
  )
}
