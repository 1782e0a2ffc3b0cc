import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { useSettings } from '../settings.ts'

/** The whole page takes files that are dropped on it. */
export const Drop = ({ onFiles, children }: { onFiles: (files: File[]) => void; children: ReactNode }) => {
  const { words } = useSettings()
  const [over, setOver] = useState(false)
  // Enter and leave also fire for every child: counted, not believed.
  const depth = useRef(0)
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  const leave = () => {
    depth.current = 0
    setOver(false)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button is for everybody
    <div
      className="relative h-full"
      onDragEnter={(event) => {
        if (!carriesFiles(event)) return
        depth.current += 1
        setOver(true)
      }}
      onDragLeave={() => {
        depth.current -= 1
        if (depth.current <= 0) leave()
      }}
      onDrop={(event) => {
        leave()
        if (carriesFiles(event)) onFiles([...event.dataTransfer.files])
      }}
    >
      {children}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-20 grid place-content-center rounded-xl border-2 border-dashed border-primary bg-selected/90 text-title font-semibold text-staff">
          {words('drop')}
        </div>
      )}
    </div>
  )
}
