/** What people see of the bot before they write: its commands and its page. Nothing depends on it. */
import type { Language } from '../../core/engine/state.ts'
import type { BotApi } from './api.ts'

export interface ProfileTexts {
  /** In the order of the menu. */
  commands: readonly { command: string; description: string }[]
  /** On the empty chat, 512 characters at most. */
  description: string
  /** On the bot's page, 120 at most. */
  about: string
}

/** Telegram shows the entry without a language to everybody who has none of their own: Arabic. */
const codes = { ar: undefined, en: 'en' } as const satisfies Record<Language, string | undefined>

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`)

/**
 * @param failed told the method that failed; the others go on
 * @returns the bot's username, which links to it are made of; null when Telegram cannot be asked
 */
export const presentBot = async (
  api: BotApi,
  texts: Record<Language, ProfileTexts>,
  failed: (method: string) => void,
): Promise<string | null> => {
  const attempt = (method: string, call: Promise<unknown>) => call.catch(() => failed(method))
  for (const language of ['ar', 'en'] as const) {
    const { commands, description, about } = texts[language]
    const code = codes[language]
    const language_code = code === undefined ? {} : { language_code: code }
    await attempt('setMyCommands', api.call('setMyCommands', { commands: commands.map(toCommand), ...language_code }))
    await attempt('setMyDescription', api.call('setMyDescription', { description: cut(description, 512), ...language_code }))
    await attempt('setMyShortDescription', api.call('setMyShortDescription', { short_description: cut(about, 120), ...language_code }))
  }
  const me = await api.call('getMe', {}).catch(() => null)
  if (me === null) failed('getMe')
  return me?.username ?? null
}

const toCommand = ({ command, description }: ProfileTexts['commands'][number]) => ({ command, description: cut(description, 256) })
