/** What a person sees of the bot. */
import type { ChatState, Stored } from './bot-state.ts'
import type { FileStore } from './file-store.ts'
import { fileKinds } from './sent-files.ts'

export interface Shown {
  id: number
  /** Without tags; of a file, its caption. */
  text: string
  /** As the bot wrote it. */
  html: string
  /** Labels, row by row. */
  buttons: string[][]
  file?: { kind: string; name: string | null; mime: string; bytes: Buffer }
  /** Milliseconds since the epoch: when it came, not when it was edited. */
  at: number
  edited: boolean
}

const show = ({ message, html, at, fileId }: Stored, files: FileStore): Shown => {
  const file = fileId === null ? null : files.byId(fileId)
  return {
    id: message.message_id,
    text: message.text ?? message.caption ?? '',
    html,
    buttons: message.reply_markup?.inline_keyboard.map((row) => row.map((button) => button.text)) ?? [],
    ...(file && {
      file: {
        kind: fileKinds.find((kind) => message[kind] !== undefined) ?? 'document',
        name: file.name,
        mime: file.mime,
        bytes: file.bytes,
      },
    }),
    at,
    edited: message.edit_date !== undefined,
  }
}

/** What the bot sent into this chat, oldest first. */
export const showMessages = (state: ChatState, files: FileStore): Shown[] =>
  [...state.messages.values()].filter(({ fromBot }) => fromBot).map((stored) => show(stored, files))

/** @throws after `ms`, with what was shown instead */
export const waitForMessages = (
  state: ChatState,
  files: FileStore,
  wanted: number | ((shown: Shown[]) => boolean),
  ms: number,
): Promise<Shown[]> =>
  new Promise((resolve, reject) => {
    const isThere = typeof wanted === 'number' ? (shown: Shown[]) => shown.length >= wanted : wanted
    const end = (): void => {
      clearTimeout(timer)
      state.watchers.delete(look)
    }
    const look = (): void => {
      const shown = showMessages(state, files)
      if (!isThere(shown)) return
      end()
      resolve(shown)
    }
    const timer = setTimeout(() => {
      end()
      const shown = showMessages(state, files)
      const texts = shown.map(({ text }) => `  ${text.replaceAll('\n', ' / ')}`).join('\n')
      reject(
        new Error(
          `chat ${state.chat.id}: ${typeof wanted === 'number' ? `not ${wanted} messages` : 'not what was waited for'} within ${ms} ms, but ${shown.length}:\n${texts}`,
        ),
      )
    }, ms)
    state.watchers.add(look)
    look()
  })
