/** The bots that stand beside ours, written as telegraf's documentation says. */
import pg from 'pg'
import { Scenes, session, Telegraf } from 'telegraf'
import { answerOf, steps } from '../turns/system.ts'
import { createSessionStore } from './session-store.ts'

export type PeerKind = 'echo' | 'wizard' | 'request'
type Context = Scenes.WizardContext

const textOf = (ctx: Context): string => (ctx.message && 'text' in ctx.message ? ctx.message.text : '')

/** Says what it hears; keeps nothing. */
const createEcho = (bot: Telegraf<Context>): void => {
  bot.on('message', (ctx) => ctx.reply(textOf(ctx)))
}

const openPool = (url: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString: url })
  // An idle connection that is lost must not end the process.
  pool.on('error', (error) => console.error(error.message))
  return pool
}

/** A dialogue of twelve questions, its state in PostgreSQL. */
const createWizard = async (bot: Telegraf<Context>, url: string): Promise<void> => {
  const wizard = new Scenes.WizardScene<Context>(
    'support-request',
    ...Array.from({ length: steps }, (_, step) => async (ctx: Context) => {
      Object.assign(ctx.wizard.state, { [`answer${step}`]: textOf(ctx) })
      await ctx.reply(answerOf(step))
      if (step === steps - 1) await ctx.scene.leave()
      else ctx.wizard.next()
    }),
  )
  bot.use(session({ store: await createSessionStore(openPool(url)) }))
  bot.use(new Scenes.Stage<Context>([wizard]).middleware())
  bot.on('message', (ctx) => ctx.scene.enter('support-request'))
}

interface Question {
  asks: string
  fits: RegExp
}
/** Of the bot that files a request: each answer is checked, and asked for again when it does not fit. */
export const questions: readonly Question[] = [
  { asks: 'ما اسمك الثلاثي؟', fits: /^\D{5,}$/ },
  { asks: 'رقم الهوية؟', fits: /^\d{10}$/ },
  { asks: 'رقم الجوال؟', fits: /^05\d{8}$/ },
  { asks: 'المدينة؟', fits: /^\D{3,}$/ },
  { asks: 'كم عدد أفراد الأسرة؟', fits: /^\d{1,2}$/ },
  { asks: 'هل البيانات صحيحة؟ نعم أو لا', fits: /^نعم$/ },
]
const filedText = 'تم استلام طلبك برقم'
const refusedText = 'الجواب غير مناسب.'

/** The same with a request at its end: a row in a table of its own, then the answer, as everyone writes it. */
const createRequestWizard = async (bot: Telegraf<Context>, url: string): Promise<void> => {
  const pool = openPool(url)
  await pool.query('create table if not exists request (id serial primary key, chat bigint not null, answers jsonb not null)')
  const file = async (ctx: Context): Promise<void> => {
    const { rows } = await pool.query<{ id: number }>({
      name: 'request_insert',
      text: 'insert into request (chat, answers) values ($1, $2) returning id',
      values: [ctx.chat?.id, ctx.wizard.state],
    })
    await ctx.reply(`${filedText} ${rows[0]?.id}`)
    await ctx.scene.leave()
  }
  const ask = async (ctx: Context): Promise<void> => {
    await ctx.reply(questions[0]?.asks ?? '')
    ctx.wizard.next()
  }
  const take = (question: Question, index: number) => async (ctx: Context) => {
    if (!question.fits.test(textOf(ctx))) return void (await ctx.reply(`${refusedText} ${question.asks}`))
    Object.assign(ctx.wizard.state, { [`answer${index}`]: textOf(ctx) })
    const next = questions[index + 1]
    if (!next) return file(ctx)
    await ctx.reply(next.asks)
    ctx.wizard.next()
  }
  const wizard = new Scenes.WizardScene<Context>('support-request', ask, ...questions.map(take))
  bot.use(session({ store: await createSessionStore(pool) }))
  bot.use(new Scenes.Stage<Context>([wizard]).middleware())
  bot.on('message', (ctx) => ctx.scene.enter('support-request'))
}

export const createPeer = async (
  kind: PeerKind,
  of: { token: string; apiRoot: string; databaseUrl: string },
): Promise<Telegraf<Context>> => {
  const bot = new Telegraf<Context>(of.token, { telegram: { apiRoot: of.apiRoot } })
  bot.catch((error) => console.error(error instanceof Error ? error.message : error))
  switch (kind) {
    case 'echo':
      createEcho(bot)
      return bot
    case 'wizard':
      await createWizard(bot, of.databaseUrl)
      return bot
    case 'request':
      await createRequestWizard(bot, of.databaseUrl)
      return bot
    default:
      throw new Error(`no such peer: ${kind satisfies never}`)
  }
}
