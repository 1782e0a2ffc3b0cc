/**
 * telegraf's WizardScene with its session in PostgreSQL; the network is a stub that answers at once.
 * What telegraf stores is the session alone: no message, no outbox, no protection against an update that comes twice.
 */
import pg from 'pg'
import { Scenes, session, Telegraf, Telegram } from 'telegraf'
import { createSessionStore } from '../../peers/session-store.ts'
import { answerOf, type System, steps, wordOf } from '../system.ts'

type Context = Scenes.WizardContext

export const createTelegraf = (): System => {
  let pool: pg.Pool
  let bot: Telegraf<Context>
  let update = 0
  return {
    name: 'telegraf WizardScene + PostgreSQL session',
    async setup(url) {
      pool = new pg.Pool({ connectionString: url })
      const store = await createSessionStore(pool)
      const wizard = new Scenes.WizardScene<Context>(
        'support-request',
        ...Array.from({ length: steps }, (_, step) => async (ctx: Context) => {
          const text = ctx.message && 'text' in ctx.message ? ctx.message.text : ''
          Object.assign(ctx.wizard.state, { [`answer${step}`]: text })
          await ctx.reply(answerOf(step))
          if (step === steps - 1) await ctx.scene.leave()
          else ctx.wizard.next()
        }),
      )
      bot = new Telegraf<Context>('1:benchmark')
      bot.botInfo = {
        id: 1,
        is_bot: true,
        first_name: 'bench',
        username: 'bench_bot',
        can_join_groups: false,
        can_read_all_group_messages: false,
        supports_inline_queries: false,
      }
      // The network is not measured: what every call would answer.
      Object.assign(Telegram.prototype, { callApi: async () => ({ message_id: 1, date: 0, chat: { id: 1, type: 'private' } }) })
      bot.catch((error) => {
        throw error
      })
      bot.use(session({ store }))
      bot.use(new Scenes.Stage<Context>([wizard]).middleware())
      bot.on('message', (ctx) => ctx.scene.enter('support-request'))
    },
    async turn(conversation, step) {
      update += 1
      const id = conversation + 1
      await bot.handleUpdate({
        update_id: update,
        message: {
          message_id: update,
          date: Math.floor(Date.now() / 1000),
          chat: { id, type: 'private', first_name: 'T' },
          from: { id, is_bot: false, first_name: 'T' },
          text: wordOf(step),
        },
      })
    },
    close: () => pool.end(),
  }
}
