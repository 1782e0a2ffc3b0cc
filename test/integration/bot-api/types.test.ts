/** @grammyjs/types holds the server's methods: what Telegram does not know, does not compile (`npm run check`). */
import type { Update } from '@grammyjs/types'
import { expect, expectTypeOf, test } from 'vitest'
import { type Answer, defineMethod } from '../../support/bot-api/methods/method.ts'
import { findMethod, type Supported } from '../../support/bot-api/methods/table.ts'
import { flag, integer, text } from '../../support/bot-api/parameters.ts'

test('a parameter with a wrong name or type, and an answer of a wrong shape, are errors', () => {
  // @ts-expect-error: no such parameter
  defineMethod<'sendChatAction'>()({ chat: integer }, () => true)
  // @ts-expect-error: a text, not a flag
  defineMethod<'answerCallbackQuery'>()({ text: flag }, () => true)
  // @ts-expect-error: true, not a text
  defineMethod<'deleteWebhook'>()({}, () => 'done')
  // @ts-expect-error: no such method
  defineMethod<'sendNothing'>()({}, () => true)
  const method = defineMethod<'answerCallbackQuery'>()({ text, show_alert: flag }, ({ text: words, show_alert }) => {
    expectTypeOf(words).toEqualTypeOf<string | undefined>()
    expectTypeOf(show_alert).toEqualTypeOf<boolean | undefined>()
    return true
  })
  expect([...method.parameters]).toEqual(['text', 'show_alert'])
  expectTypeOf<Answer<'getUpdates'>>().toEqualTypeOf<Update[]>()
})

test('what an adapter needs is there, whatever the case of its name', () => {
  const needed: Supported[] = [
    'getMe',
    'getUpdates',
    'setWebhook',
    'deleteWebhook',
    'getWebhookInfo',
    'sendMessage',
    'editMessageText',
    'editMessageReplyMarkup',
    'answerCallbackQuery',
    'sendChatAction',
    'sendDocument',
    'sendPhoto',
    'getFile',
    'setMyCommands',
    'setMyDescription',
    'setMyShortDescription',
  ]
  for (const name of needed) expect(findMethod(name.toUpperCase())?.name).toBe(name)
  expect(findMethod('sendNothing')).toBeNull()
})
