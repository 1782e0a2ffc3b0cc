/** The bot itself: its name, its commands, its descriptions. */
import type { BotCommandScope } from '@grammyjs/types'
import { command, language, listOf, scope, text } from '../parameters.ts'
import { defineMethod } from './method.ts'

const commandKey = (where: BotCommandScope | undefined, code: string | undefined): string =>
  `${JSON.stringify(where ?? { type: 'default' })} ${code ?? ''}`

export const getMe = defineMethod<'getMe'>()({}, (_payload, { bot }) => bot.user)

export const setMyCommands = defineMethod<'setMyCommands'>()(
  { commands: listOf(command), scope, language_code: language },
  (payload, { bot }) => {
    bot.commands.set(commandKey(payload.scope, payload.language_code), payload.commands ?? [])
    return true
  },
)

export const getMyCommands = defineMethod<'getMyCommands'>()({ scope, language_code: language }, (payload, { bot }) => [
  ...(bot.commands.get(commandKey(payload.scope, payload.language_code)) ?? []),
])

export const deleteMyCommands = defineMethod<'deleteMyCommands'>()({ scope, language_code: language }, (payload, { bot }) => {
  bot.commands.delete(commandKey(payload.scope, payload.language_code))
  return true
})

export const setMyDescription = defineMethod<'setMyDescription'>()({ description: text, language_code: language }, (payload, { bot }) => {
  bot.texts.set(`description ${payload.language_code ?? ''}`, payload.description ?? '')
  return true
})

export const setMyShortDescription = defineMethod<'setMyShortDescription'>()(
  { short_description: text, language_code: language },
  (payload, { bot }) => {
    bot.texts.set(`short description ${payload.language_code ?? ''}`, payload.short_description ?? '')
    return true
  },
)
