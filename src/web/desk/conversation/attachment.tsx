import {
  IconDownload,
  IconFileText,
  IconId,
  IconMapPin,
  IconMicrophone,
  IconPencil,
  IconPhoto,
  IconPlayerPlay,
  IconQuestionMark,
  IconSticker,
  IconVideo,
  IconX,
} from '@tabler/icons-react'
import { Button as AriaButton, Dialog, DialogTrigger, Modal, ModalOverlay } from 'react-aria-components'
import type { TranscriptLine } from '../../../http/contract.ts'
import { useWords } from '../lib/words.ts'
import { FileName, Identifier } from '../parts/bidi.tsx'
import { IconButton } from '../parts/button.tsx'

const icons = {
  start: IconPlayerPlay,
  edit: IconPencil,
  image: IconPhoto,
  document: IconFileText,
  voice: IconMicrophone,
  video: IconVideo,
  sticker: IconSticker,
  location: IconMapPin,
  contact: IconId,
} as const

export const urlOf = (id: string): string => `/api/desk/files/${encodeURIComponent(id)}`

/** Bytes as people say them. */
const sizeOf = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** A photo in place, larger when pressed: documents are read without leaving the page. */
export const Picture = ({ id, name, className = 'max-h-64 max-w-full' }: { id: string; name: string | null; className?: string }) => {
  const { t } = useWords()
  const label = name ?? t('kind.image')
  return (
    <DialogTrigger>
      <AriaButton aria-label={`${t('conversation.enlarge')}: ${label}`} className="block overflow-hidden rounded-sm">
        <img src={urlOf(id)} alt={label} loading="lazy" className={`bg-raised object-contain ${className}`} />
      </AriaButton>
      <ModalOverlay isDismissable className="fixed inset-0 z-40 grid place-items-center bg-[rgb(0_0_0/0.8)] p-4">
        <Modal className="rise max-h-full max-w-full">
          <Dialog aria-label={label} className="relative outline-none">
            {({ close }) => (
              <>
                <img src={urlOf(id)} alt={label} className="max-h-[92dvh] max-w-full rounded-sm object-contain" />
                <IconButton look="plain" label={t('app.close')} onPress={close} className="absolute! end-2 top-2">
                  <IconX size={20} stroke={1.75} />
                </IconButton>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  )
}

export const FileCard = ({ file, kind }: { file: { id: string; name: string | null; size?: number }; kind: string }) => {
  const { t } = useWords()
  const Icon = icons[kind as keyof typeof icons] ?? IconFileText // a kind newer than this page
  return (
    <a
      href={urlOf(file.id)}
      download={file.name ?? ''}
      className="my-1 flex max-w-full items-center gap-3 rounded-sm border border-hairline bg-canvas px-3 py-2 hover:bg-raised"
    >
      <Icon size={24} stroke={1.5} className="shrink-0 text-text-2" aria-hidden="true" />
      <span className="min-w-0 grow">
        <span className="block truncate text-fine">{file.name === null ? t(`kind.${kind}`) : <FileName>{file.name}</FileName>}</span>
        {file.size !== undefined && (
          <span className="text-tiny text-text-2">
            <Identifier>{sizeOf(file.size)}</Identifier>
          </span>
        )}
      </span>
      <IconDownload size={18} stroke={1.75} className="shrink-0 text-text-3" role="img" aria-label={t('conversation.download')} />
    </a>
  )
}

/** Whatever is not words. */
export const Attachment = ({ line }: { line: TranscriptLine }) => {
  const { t } = useWords()
  const { file, kind } = line
  if (file?.mime.startsWith('image/')) return <Picture id={file.id} name={file.name} />
  if (file?.mime.startsWith('audio/'))
    return (
      // biome-ignore lint/a11y/useMediaCaption: a voice note of a person has no captions
      <audio controls preload="none" src={urlOf(file.id)} aria-label={t('kind.voice')} className="my-1 w-64 max-w-full" />
    )
  if (file !== null) return <FileCard file={file} kind={kind} />
  const Icon = icons[kind as keyof typeof icons] ?? IconQuestionMark // a kind newer than this page
  const isFile = ['image', 'document', 'voice', 'video'].includes(kind)
  return (
    <p className="flex items-center gap-2 py-0.5 text-text-2">
      <Icon size={20} stroke={1.75} aria-hidden="true" />
      {t(`kind.${kind}`, { defaultValue: t('kind.unknown') })}
      {kind === 'location' && line.text !== '' && <Identifier>{line.text}</Identifier>}
      {isFile && <span className="text-small text-text-3">{t('conversation.lost')}</span>}
    </p>
  )
}
