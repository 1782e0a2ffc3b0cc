import { useCallback, useEffect, useMemo, useState } from 'react'
import { sizeOf } from './format.ts'
import type { Settings } from './settings.ts'

/** What the picker offers; the server decides by content. */
export const accepted = 'image/jpeg,image/png,image/webp,application/pdf,audio/*,video/mp4'
const most = 5

/** By name or declared type, to say it before an upload. Where both are silent, the server decides. */
const looksAcceptable = (file: File): boolean => file.type === '' || /^(image\/(?!svg)|audio\/|video\/|application\/pdf)/.test(file.type)

export interface Chosen {
  file: File
  preview: string | null
}
export interface Attachments {
  files: Chosen[]
  add(files: Iterable<File>): void
  remove(file: File): void
  /** Empties the tray. */
  take(): File[]
}

/** Files picked, pasted or dropped, and not sent yet. What cannot be taken is said before it is uploaded. */
export const useAttachments = (limit: number, settings: Settings, onProblem: (text: string | null) => void): Attachments => {
  const [files, setFiles] = useState<Chosen[]>([])
  const { language, words } = settings

  const add = useCallback(
    (fresh: Iterable<File>) => {
      const fits: Chosen[] = []
      let problem: string | null = null
      for (const file of fresh) {
        if (files.length + fits.length >= most) problem = words('too-many-files')
        else if (file.size === 0) problem = words('empty-file', { name: file.name })
        else if (limit > 0 && file.size > limit)
          problem = words('too-large', {
            name: file.name,
            size: sizeOf(file.size, language, words),
            limit: sizeOf(limit, language, words),
          })
        else if (!looksAcceptable(file)) problem = words('wrong-type')
        else fits.push({ file, preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null })
      }
      onProblem(problem)
      if (fits.length > 0) setFiles([...files, ...fits])
    },
    [files, limit, language, words, onProblem],
  )
  const drop = useCallback((chosen: Chosen[]) => {
    for (const { preview } of chosen) if (preview !== null) URL.revokeObjectURL(preview)
  }, [])
  const remove = useCallback(
    (file: File) => {
      drop(files.filter((chosen) => chosen.file === file))
      setFiles(files.filter((chosen) => chosen.file !== file))
    },
    [files, drop],
  )
  const take = useCallback(() => {
    drop(files)
    setFiles([])
    return files.map((chosen) => chosen.file)
  }, [files, drop])

  // A file dropped beside the page must not replace the page.
  useEffect(() => {
    const stop = (event: Event) => event.preventDefault()
    addEventListener('dragover', stop)
    addEventListener('drop', stop)
    return () => {
      removeEventListener('dragover', stop)
      removeEventListener('drop', stop)
    }
  }, [])

  return useMemo(() => ({ files, add, remove, take }), [files, add, remove, take])
}
