/** The control plane of a server that runs in a process of its own. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Act, Asked, ControlCall, FaultOrders, Given, ShownRemotely } from './control-calls.ts'
import { drive } from './drive.ts'
import type { RuleHandle } from './faults.ts'
import type { Person } from './person.ts'
import { readBody, readJson } from './read-call.ts'
import type { BotApi, BotSide } from './server.ts'
import type { Shown } from './shown.ts'

type Handlers = { [C in ControlCall]: (asked: Asked<C>) => Given<C> | Promise<Given<C>> }

const bodyLimit = 64 * 1024 * 1024

export const createControl = (): ((api: BotApi, request: IncomingMessage, response: ServerResponse) => void) => {
  let handlers: Handlers | null = null
  return (api, request, response) => {
    handlers ??= createHandlers(api)
    void answer(handlers, request, response)
  }
}

const createHandlers = (api: BotApi): Handlers => {
  const rules = new Map<string, RuleHandle[]>()
  const show = (messages: Shown[]): { messages: ShownRemotely[] } => ({ messages: messages.map(withoutBytes) })
  return {
    bot: ({ token, ...options }) => ({ webhook: api.bot(token, options).webhook() }),
    act: ({ token, acts }) => ({ updates: acts.map((act) => perform(api.bot(token).person(act.person), act)) }),
    messages: ({ token, person }) => show(api.bot(token).person(person).messages()),
    waitFor: async ({ token, person, count, ms }) => show(await api.bot(token).person(person).waitFor(count, ms)),
    faults: ({ token, ...orders }) => {
      const bot = api.bot(token)
      const kept = orders.clear ? [] : (rules.get(token) ?? [])
      rules.set(token, [...kept, ...applyOrders(bot, orders)])
      return { hits: (rules.get(token) ?? []).map((rule) => rule.hits()), violations: bot.violations() }
    },
    log: ({ from = 0 }) => ({ entries: api.log().slice(from), next: api.log().length }),
    updates: ({ token, from = 0 }) => {
      const updates = api.bot(token).updates()
      return { updates: updates.slice(from), next: updates.length }
    },
    drive: ({ token, ...options }) => drive(api.bot(token), options),
  }
}

const applyOrders = (bot: BotSide, orders: FaultOrders): RuleHandle[] => {
  if (orders.clear) bot.faults.clear()
  if (orders.seed !== undefined) bot.faults.seed(orders.seed)
  if (orders.duplicate !== undefined) bot.faults.duplicate(orders.duplicate)
  if (orders.reorder !== undefined) bot.faults.reorder(orders.reorder)
  if (orders.paused === true) bot.faults.pause()
  if (orders.paused === false) bot.faults.resume()
  if (orders.limit !== undefined) bot.limit(orders.limit)
  return (orders.add ?? []).map((rule) => bot.faults.add(rule))
}

const perform = (person: Person, act: Act): number => {
  switch (act.does) {
    case 'says':
      return person.says(act.text)
    case 'starts':
      return person.starts(act.payload)
    case 'presses':
      return person.presses(act.label)
    case 'edits':
      return person.edits(act.messageId, act.text)
    case 'sends': {
      const { kind, base64, caption, name, mime, declaredSize } = act
      const file = base64 === undefined ? undefined : { bytes: Buffer.from(base64, 'base64'), name, mime, declaredSize }
      return person.sends(kind, file, caption)
    }
    case 'blocks':
      return person.blocks()
    case 'unblocks':
      return person.unblocks()
    case 'deactivates':
      person.deactivates()
      return 0
    default:
      throw new Error(`no such act: ${act satisfies never}`)
  }
}

const withoutBytes = ({ file, ...shown }: Shown): ShownRemotely => ({
  ...shown,
  ...(file && { file: { kind: file.kind, name: file.name, mime: file.mime, size: file.bytes.length } }),
})

const isCall = (handlers: Handlers, name: string): name is ControlCall => Object.hasOwn(handlers, name)

const answer = async (handlers: Handlers, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const give = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  try {
    const name = request.url?.slice('/control/'.length) ?? ''
    const body = await readBody(request, bodyLimit)
    if (!isCall(handlers, name)) return give(404, { error: `no such call: ${name}` })
    give(200, await call(handlers, name, readJson(body.toString('utf8')) ?? {}))
  } catch (error) {
    give(500, { error: error instanceof Error ? error.message : String(error) })
  }
}

const call = <C extends ControlCall>(handlers: Handlers, name: C, asked: unknown): Given<C> | Promise<Given<C>> =>
  // Written by our own tests, through the typed client (process.ts): nobody else reaches this plane.
  handlers[name](asked as Asked<C>)
