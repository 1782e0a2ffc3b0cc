import { IconFileText, IconX } from '@tabler/icons-react'
import { useSettings } from '../settings.ts'
import type { Attachments } from '../use-attachments.ts'
import { FileName } from './file-card.tsx'

/** Files that go with the next message. */
export const Tray = ({ attachments }: { attachments: Attachments }) => {
  const { words } = useSettings()
  if (attachments.files.length === 0) return null
  return (
    <ul className="pad-inline relative flex gap-2 overflow-x-auto pt-2" aria-label={words('attached')}>
      {attachments.files.map(({ file, preview }) => (
        <li
          key={`${file.name}:${file.size}:${file.lastModified}`}
          className="flex shrink-0 items-center gap-2 rounded-md border border-hairline bg-canvas p-1.5 ps-2"
        >
          {preview === null ? (
            <IconFileText size={28} stroke={1.5} aria-hidden className="text-text-2" />
          ) : (
            <img src={preview} alt="" className="size-11 rounded-sm object-cover" />
          )}
          <span className="max-w-36 text-small">
            <FileName name={file.name} size={file.size} />
          </span>
          <button
            type="button"
            className="grid size-9 place-items-center rounded-full hover:bg-selected"
            onClick={() => attachments.remove(file)}
          >
            <IconX size={18} stroke={1.75} aria-hidden />
            <span className="sr-only">{words('remove', { name: file.name })}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
