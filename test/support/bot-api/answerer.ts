/** One call from its path to its answer, with whatever goes wrong on the way. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { give, holdUp, strike, wait } from './answers.ts'
import { ApiFailure } from './api-failure.ts'
import type { BotState } from './bot-state.ts'
import { chatOf, type Entry, toPayload } from './call-log.ts'
import { type EndingFault, isEnding } from './faults.ts'
import { findMethod } from './methods/table.ts'
import { type Received, readBody, readFields } from './read-call.ts'
import type { Settings } from './settings.ts'
import type { WebhookReply } from './webhook-post.ts'

export interface Answerer {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** A call that came as the body of a webhook's answer; nobody hears what becomes of it. */
  answerInReply(bot: BotState, reply: WebhookReply): void
}

const pathShape = /^\/(file\/)?bot([^/]+)\/([^?]+)(?:\?(.*))?$/
const tokenShape = /^[1-9]\d*:[A-Za-z0-9_-]+$/

export const createAnswerer = (settings: Settings, log: Entry[], findBot: (token: string) => BotState | null): Answerer => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, file, token = '', rest = '', query = ''] = pathShape.exec(request.url ?? '') ?? []
    const bot = findBot(token)
    if (!bot) {
      request.resume()
      const failure = tokenShape.test(token) ? new ApiFailure(401, 'Unauthorized') : new ApiFailure(404, 'Not Found')
      return give(response, failure.answer)
    }
    try {
      if (file) return await answerDownload(bot, decodeURIComponent(rest), request, response)
      const body = await readBody(request, settings.uploadLimit + 1024 * 1024)
      await answerMethod(bot, rest, readFields(request.headers['content-type'] ?? '', query, body), response)
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      give(response, error.answer)
    }
  }

  const answerMethod = async (bot: BotState, name: string, received: Received, response: ServerResponse): Promise<void> => {
    const chat = chatOf(received)
    const faults = bot.faults.meet(name, chat)
    const ending = faults.find(isEnding)
    if (faults.length > 0) await holdUp(faults.filter((fault) => !fault.accepted))
    const entry = note(bot, name, received)
    const fail = (fault: EndingFault): void => {
      entry.outcome.fault = fault.kind
      entry.outcome.status = fault.kind === 'answer' ? fault.status : null
      strike(fault, response)
    }
    if (ending && !ending.accepted) return fail(ending)
    const found = await run(bot, name, received, entry, response)
    if (faults.length > 0) await holdUp(faults.filter((fault) => fault.accepted))
    if (ending) return fail(ending)
    if (found instanceof ApiFailure && found.holdMs > 0) await wait(found.holdMs)
    give(response, found instanceof ApiFailure ? found.answer : { ok: true, result: found.result })
  }

  const note = (bot: BotState, name: string, received: Received): Entry => {
    const method = findMethod(name)
    const payload = toPayload(received)
    const ignored = method ? Object.keys(payload).filter((field) => !method.method.parameters.has(field)) : []
    const entry: Entry = {
      at: settings.now(),
      token: bot.token,
      method: method?.name ?? name,
      chat: chatOf(received),
      messageId: null,
      payload,
      ignored,
      outcome: { accepted: false, status: null, description: null, fault: null },
    }
    log.push(entry)
    return entry
  }

  /** @returns what the method gave, or why it was refused; both stand in the entry */
  const run = async (
    bot: BotState,
    name: string,
    received: Received,
    entry: Entry,
    response: ServerResponse | null,
  ): Promise<{ result: unknown } | ApiFailure> => {
    try {
      const found = findMethod(name)
      if (!found) throw new ApiFailure(404, 'Not Found: method not found')
      const given = found.method.run(received, {
        bot,
        onGone: (listener) => response?.once('close', listener),
        made: (messageId) => {
          entry.messageId = messageId
        },
      })
      const result = given instanceof Promise ? await given : given
      entry.outcome = { accepted: true, status: 200, description: null, fault: null }
      return { result }
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      entry.outcome = { accepted: false, status: error.answer.error_code, description: error.message, fault: null }
      return error
    }
  }

  const answerDownload = async (bot: BotState, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume()
    const faults = bot.faults.meet('download', null)
    const ending = faults.find(isEnding)
    await holdUp(faults)
    if (ending && (!ending.accepted || ending.kind === 'answer')) return strike(ending, response)
    const file = bot.files.byPath(path)
    if (!file || file.size > settings.downloadLimit) throw new ApiFailure(404, 'Not Found')
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.length })
    if (!ending) response.end(file.bytes)
    // Accepted, and then it breaks: half of it has come.
    else response.write(file.bytes.subarray(0, file.bytes.length >> 1), () => strike(ending, response))
  }

  return {
    answer: (request, response) =>
      answer(request, response).catch((error: unknown) => {
        // A mistake of this server's own must not pass for Telegram's.
        console.error(error)
        response.destroy()
      }),
    answerInReply: (bot, reply) => {
      const received = readReply(reply)
      const { method, ...fields } = received?.fields ?? {}
      // As the real server: nothing that asks, nothing that changes the webhook.
      if (!received || typeof method !== 'string' || /^(?:get|deletewebhook$|setwebhook$|close$|logout$)/i.test(method)) return
      const given: Received = { fields, files: received.files }
      const entry = note(bot, method, given)
      void run(bot, method, given, entry, null)
    },
  }
}

/** @returns null for an answer that is no call */
const readReply = ({ headers, body }: WebhookReply): Received | null => {
  try {
    return readFields(headers['content-type'] ?? '', '', body)
  } catch {
    return null
  }
}
