/** A copy of the shipped content in which one thing is broken. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const shipped = fileURLToPath(new URL('../../', import.meta.url))

export interface ContentCopy {
  root: string
  /** Replaces words in a file. @throws when the file does not hold them: such a test would prove nothing. */
  edit(file: string, from: string, to: string): ContentCopy
  write(file: string, text: string): ContentCopy
  remove(file: string): ContentCopy
  drop(): void
}

export const copyContent = (): ContentCopy => {
  const root = mkdtempSync(join(tmpdir(), 'sila-content-'))
  for (const folder of ['flows', 'locales']) cpSync(join(shipped, folder), join(root, folder), { recursive: true })
  const copy: ContentCopy = {
    root,
    edit: (file, from, to) => {
      const text = readFileSync(join(root, file), 'utf8')
      if (!text.includes(from)) throw new Error(`${file} does not hold «${from}»`)
      writeFileSync(join(root, file), text.replace(from, to))
      return copy
    },
    write: (file, text) => {
      writeFileSync(join(root, file), text)
      return copy
    },
    remove: (file) => {
      rmSync(join(root, file))
      return copy
    },
    drop: () => rmSync(root, { recursive: true }),
  }
  return copy
}
