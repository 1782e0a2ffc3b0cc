import { IconFileText, IconMicrophone, IconPhoto, IconVideo } from '@tabler/icons-react'
import { useState } from 'react'
import { sizeOf, splitName } from '../format.ts'
import { useSettings } from '../settings.ts'

const kindOf = (mime: string) =>
  mime.startsWith('image/') ? 'image' : mime.startsWith('audio/') ? 'voice' : mime.startsWith('video/') ? 'video' : 'document'
const icons = { image: IconPhoto, voice: IconMicrophone, video: IconVideo, document: IconFileText }

/** The name without its ending, which stands beside the size: in one run, mixed directions scramble them. */
export const FileName = ({ name, size }: { name: string; size: number }) => {
  const { language, words } = useSettings()
  const { stem, extension } = splitName(name)
  return (
    <span className="block min-w-0">
      <bdi className="block truncate">{stem}</bdi>
      <span className="block text-small opacity-85">
        {extension !== '' && (
          <>
            <bdi dir="ltr">{extension.slice(1).toUpperCase()}</bdi>
            {' \u00b7 '}
          </>
        )}
        {sizeOf(size, language, words)}
      </span>
    </span>
  )
}

/** A picture in a box of fixed height, so that nothing jumps when it arrives; any other file as a card. */
export const FileCard = (props: { mime: string; size: number; name: string | null; href: string | null; preview: string | null }) => {
  const { mime, size, name, href, preview } = props
  const { words } = useSettings()
  const [broken, setBroken] = useState(false)
  const kind = kindOf(mime)
  const Icon = icons[kind]
  const label = name ?? words(kind)
  const source = preview ?? href
  const body =
    kind === 'image' && source !== null && !broken ? (
      <img
        src={source}
        alt={label}
        onError={() => setBroken(true)}
        decoding="async"
        className="block h-52 w-full rounded-md bg-canvas object-cover"
      />
    ) : (
      <span className="flex items-center gap-3 rounded-md border border-current/25 px-3 py-2">
        <Icon size={26} stroke={1.5} aria-hidden className="shrink-0" />
        <FileName name={label} size={size} />
      </span>
    )
  if (href === null) return body
  return (
    <a href={href} target="_blank" rel="noopener" className={`block rounded-md ${kind === 'image' ? 'w-64 max-w-full' : ''}`}>
      <span className="sr-only">{words('open')} </span>
      {body}
    </a>
  )
}
