/** Groups are no place for what people tell us: one line says so, once, and nothing of a group is kept. */
import { z } from 'zod'
import type { BotApi } from './api.ts'
import { chatOf, eventOf, type TelegramUpdate } from './update.ts'

/** Groups that have been told, in this process; a longer memory would be a record of them. */
const mostTold = 1_000

const Entities = z.array(z.looseObject({ type: z.string() })).catch([])

/** A command, a mention or an answer to us: Telegram lets a bot hear little else in a group. */
const addresses = (event: NonNullable<ReturnType<typeof eventOf>>, bot: string): boolean => {
  if (event.kind === 'press') return true
  if (event.kind !== 'message') return false
  if (String(event.message.reply_to_message?.from?.id) === bot) return true
  return Entities.parse(event.message.entities).some(({ type }) => type === 'bot_command' || type === 'mention')
}

/**
 * @param line what a group is told, in both languages
 * @returns tells the group an update comes from, when the bot was added or addressed. Never fails; channels are left alone.
 */
export const createGroupManners = (api: BotApi, line: string): ((update: TelegramUpdate) => Promise<void>) => {
  const told = new Set<number>()
  return async (update) => {
    const event = eventOf(update)
    if (event === null) return
    const { id, type } = chatOf(event)
    if (type !== 'group' && type !== 'supergroup') return
    const added = event.kind === 'membership' && /^(?:member|administrator)$/.test(event.membership.new_chat_member.status)
    if (!added && !addresses(event, api.bot)) return
    if (told.has(id)) return
    const [oldest] = told
    if (told.size >= mostTold && oldest !== undefined) told.delete(oldest)
    told.add(id)
    await api.call('sendMessage', { chat_id: id, text: line, link_preview_options: { is_disabled: true } }).catch(() => undefined)
  }
}
