/** How updates reach the bot. */
import type { Update } from '@grammyjs/types'
import { badRequest, tooManyRequests } from '../api-failure.ts'
import { seconds } from '../bot-state.ts'
import { flag, integer, listOf, text } from '../parameters.ts'
import type { UpdateKind } from '../update-queue.ts'
import { defineMethod } from './method.ts'

/** The kinds this server makes; asking for others is no mistake, they never come. */
const kinds = ['message', 'edited_message', 'callback_query', 'my_chat_member', 'chat_member', 'message_reaction', 'inline_query'] as const
const kind = (value: unknown): UpdateKind | undefined => kinds.find((name) => name === value)

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

export const getUpdates = defineMethod<'getUpdates'>()(
  { offset: integer, limit: integer, timeout: integer, allowed_updates: listOf(kind) },
  ({ offset, limit, timeout, allowed_updates }, { bot, onGone }): Update[] | Promise<Update[]> => {
    if (bot.push.current())
      throw bot.longPoll.conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
    if (allowed_updates) bot.queue.allow(allowed_updates)
    return bot.longPoll.poll({
      offset: offset ?? 0,
      limit: clamp(limit ?? 100, 1, 100),
      timeoutMs: clamp(timeout ?? 0, 0, 50) * 1000,
      onGone,
    })
  },
)

export const setWebhook = defineMethod<'setWebhook'>()(
  { url: text, secret_token: text, max_connections: integer, allowed_updates: listOf(kind), drop_pending_updates: flag, ip_address: text },
  ({ url, secret_token, max_connections, allowed_updates, drop_pending_updates }, { bot }) => {
    if (secret_token !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(secret_token))
      throw badRequest('secret token contains unallowed characters')
    if (url && !/^https?:\/\/[^/]/.test(url)) throw badRequest('bad webhook: invalid URL')
    const now = bot.settings.now()
    if (url && now < bot.nextWebhookAt) throw tooManyRequests(1)
    if (url) bot.nextWebhookAt = now + bot.settings.setWebhookPauseMs
    if (allowed_updates) bot.queue.allow(allowed_updates)
    const wanted = url ? { url, secret: secret_token || null, maxConnections: clamp(max_connections ?? 40, 1, 100) } : null
    // Nothing new: what is under way goes on.
    if (!drop_pending_updates && JSON.stringify(wanted) === JSON.stringify(bot.push.current())) return true
    if (drop_pending_updates) bot.queue.drop()
    if (wanted) bot.longPoll.abort('terminated by setWebhook request')
    bot.push.set(wanted)
    return true
  },
)

export const deleteWebhook = defineMethod<'deleteWebhook'>()({ drop_pending_updates: flag }, ({ drop_pending_updates }, { bot }) => {
  if (drop_pending_updates) bot.queue.drop()
  bot.push.set(null)
  return true
})

export const getWebhookInfo = defineMethod<'getWebhookInfo'>()({}, (_payload, { bot }) => {
  const webhook = bot.push.current()
  const error = bot.push.lastError()
  const allowed = bot.queue.allowed()
  return {
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: bot.queue.pendingCount(),
    ...(webhook && { max_connections: webhook.maxConnections, ip_address: '127.0.0.1' }),
    ...(error && { last_error_date: seconds(error.at), last_error_message: error.message }),
    ...(allowed.length > 0 && { allowed_updates: [...allowed] }),
  }
})
