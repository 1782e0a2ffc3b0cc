/** Bots of Telegram, as the environment or a container's secret names them. */
import { z } from 'zod'

export interface BotToken {
  association: string
  token: string
}

/** Of an association: the name of its folder. */
export const slug = /^[a-z][a-z0-9-]{1,31}$/
const token = /^\d{1,20}:[\w-]{20,}$/

const problem = 'must be a token of @BotFather, or association=token with commas between several'

/** `TOKEN`, or `rahma=TOKEN,masakin=TOKEN`. A token alone belongs to the association that is served. */
export const BotTokens = z.string().transform((text, context): { association: string | null; token: string }[] => {
  const bots = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const equals = entry.indexOf('=')
      return { association: equals < 0 ? null : entry.slice(0, equals).trim(), token: entry.slice(equals + 1).trim() }
    })
  const sound = bots.length > 0 && bots.every((bot) => token.test(bot.token) && (bot.association === null || slug.test(bot.association)))
  const ids = new Set(bots.map((bot) => bot.token.split(':')[0]))
  if (!sound || ids.size !== bots.length) {
    context.issues.push({ code: 'custom', input: undefined, message: sound ? 'names a bot twice' : problem })
    return z.NEVER
  }
  return bots
})

interface Tokens {
  association: string
  telegramBotToken?: z.output<typeof BotTokens> | undefined
}

/** @returns the bots to serve */
export const readBotTokens = ({ association, telegramBotToken: bots = [] }: Tokens): BotToken[] =>
  bots.map((bot) => ({ association: bot.association ?? association, token: bot.token }))
