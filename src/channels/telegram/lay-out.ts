/** An abstract message as Telegram shows it: parts of text, and buttons below the last. */
import { arabicDigits } from '../../core/text/digits.ts'
import { splitText } from '../../core/text/split.ts'
import type { AbstractMessage } from '../../ports/channel.ts'
import { writePress } from './press.ts'

/** UTF-16 units of one message and of a caption, after markup is taken off (Bot API: sendMessage, sendPhoto). */
export const textLimit = 4096
export const captionLimit = 1024

/** Labels that a phone shows whole when two share its width. */
const shortLabel = 14

interface Button {
  text: string
  callback_data: string
}
export type Keyboard = { inline_keyboard: Button[][] }

export interface Part {
  text: string
  /** Below the last part alone. */
  keyboard: Keyboard | null
}

/** `& < >` are all that HTML mode minds; a quotation mark or an apostrophe stays as it is. */
export const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** One below the other; two short ones share a row; a scale is one row, as a scale is. */
const rowsOf = (buttons: Button[], layout: AbstractMessage['layout']): Button[][] => {
  if (layout === 'scale') return [buttons]
  if (!buttons.every(({ text }) => text.length <= shortLabel)) return buttons.map((button) => [button])
  const rows: Button[][] = []
  for (let at = 0; at < buttons.length; at += 2) rows.push(buttons.slice(at, at + 2))
  return rows
}

/** As the language of the message writes it. */
const numberOf = (n: number, language: AbstractMessage['language']): string => (language === 'ar' ? arabicDigits(String(n)) : String(n))

const keyboardOf = ({ options, promptId, layout, language }: AbstractMessage, mostButtons: number): Keyboard | null => {
  if (promptId === null || options.length === 0 || options.length > mostButtons) return null
  const buttons = options.flatMap(({ id, n, label }) => {
    const data = writePress(promptId, id)
    return data === null ? [] : [{ text: layout === 'scale' ? numberOf(n, language) : label, callback_data: data }]
  })
  return buttons.length === options.length ? { inline_keyboard: rowsOf(buttons, layout) } : null
}

const numbered = ({ options, language }: AbstractMessage): string[] => options.map(({ n, label }) => `${numberOf(n, language)}. ${label}`)

/**
 * @returns text and buttons of a message, in order of sending; at least one part. Options that do not fit on buttons
 * stand in the text with their numbers. So do the words of a scale: five of them do not fit beside each other on a phone,
 * and the number is the score.
 */
export const layOut = (message: AbstractMessage, mostButtons: number): Part[] => {
  const keyboard = keyboardOf(message, mostButtons)
  const lines = keyboard === null || message.layout === 'scale' ? numbered(message) : []
  const texts = splitText([message.text, ...lines].join('\n'), textLimit)
  return texts.map((text, index) => ({ text, keyboard: index === texts.length - 1 ? keyboard : null }))
}
