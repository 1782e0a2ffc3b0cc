/** One call from its path to its answer, with whatever goes wrong on the way. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiFailure } from './api-failure.ts'
import type { BotState } from './bot-state.ts'
import { chatOf, type Entry, toPayload } from './call-log.ts'
import type { Fault } from './faults.ts'
import { findMethod } from './methods/table.ts'
import { isRecord, type Received, readBody, readFields, readJson } from './read-call.ts'
import type { Settings } from './settings.ts'

export interface Answerer {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** A call that came as the body of a webhook's answer; nobody hears what becomes of it. */
  answerInReply(bot: BotState, body: string): void
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
      return give(response, failure.answer.error_code, failure.answer)
    }
    try {
      if (file) return await answerDownload(bot, decodeURIComponent(rest), request, response)
      const body = await readBody(request, settings.uploadLimit + 1024 * 1024)
      await answerMethod(bot, rest, readFields(request.headers['content-type'] ?? '', query, body), response)
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      give(response, error.answer.error_code, error.answer)
    }
  }

  const answerMethod = async (bot: BotState, name: string, received: Received, response: ServerResponse): Promise<void> => {
    const chat = chatOf(received)
    const faults = bot.faults.meet(name, chat)
    const before = faults.find((fault) => fault.kind !== 'delay' && !fault.accepted)
    await holdUp(faults.filter((fault) => !fault.accepted))
    if (before) {
      note(bot, name, received, null, {
        accepted: false,
        status: before.kind === 'answer' ? before.status : null,
        description: before.kind,
      })
      return strike(before, response)
    }
    const after = faults.find((fault) => fault.kind !== 'delay' && fault.accepted)
    const entry = note(bot, name, received, null, { accepted: false, status: null, description: null })
    const found = await run(bot, name, received, entry, response)
    await holdUp(faults.filter((fault) => fault.accepted))
    if (after) {
      entry.outcome.status = after.kind === 'answer' ? after.status : null
      return strike(after, response)
    }
    if (found instanceof ApiFailure && found.holdMs > 0) await wait(found.holdMs)
    if (found instanceof ApiFailure) give(response, found.answer.error_code, found.answer)
    else give(response, 200, { ok: true, result: found.result })
  }

  const note = (bot: BotState, name: string, received: Received, messageId: number | null, outcome: Entry['outcome']): Entry => {
    const method = findMethod(name)
    const payload = toPayload(received)
    const ignored = method ? Object.keys(payload).filter((field) => !method.method.parameters.has(field)) : []
    const entry = {
      at: settings.now(),
      token: bot.token,
      method: method?.name ?? name,
      chat: chatOf(received),
      messageId,
      payload,
      ignored,
      outcome,
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
      entry.outcome = { accepted: true, status: 200, description: null }
      return { result }
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      entry.outcome = { accepted: false, status: error.answer.error_code, description: error.message }
      return error
    }
  }

  const answerDownload = async (bot: BotState, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume()
    const faults = bot.faults.meet('download', null)
    const before = faults.find((fault) => fault.kind !== 'delay')
    await holdUp(faults)
    if (before) return strike(before, response)
    const file = bot.files.byPath(path)
    if (!file || file.size > settings.downloadLimit) throw new ApiFailure(404, 'Not Found')
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.length })
    response.end(file.bytes)
  }

  return {
    answer: (request, response) =>
      answer(request, response).catch((error: unknown) => {
        // A mistake of this server's own must not pass for Telegram's.
        console.error(error)
        response.destroy()
      }),
    answerInReply: (bot, body) => {
      const fields = readJson(body)
      if (!isRecord(fields) || typeof fields.method !== 'string') return
      const { method, ...given } = fields
      const received: Received = { fields: given, files: new Map() }
      const entry = note(bot, method, received, null, { accepted: false, status: null, description: null })
      void run(bot, method, received, entry, null)
    },
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

const holdUp = async (faults: Fault[]): Promise<void> => {
  for (const fault of faults) if (fault.kind === 'delay') await wait(fault.ms)
}

const give = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** What is left of a call that a fault ends. */
const strike = (fault: Fault, response: ServerResponse): void => {
  switch (fault.kind) {
    case 'drop':
      response.socket?.destroy()
      return
    // The connection stays, and nothing ever comes.
    case 'hang':
    case 'delay':
      return
    case 'answer': {
      if (typeof fault.body === 'string') {
        response.writeHead(fault.status, { 'content-type': 'text/html' })
        response.end(fault.body)
        return
      }
      const described = fault.retryAfter === undefined ? statusWords(fault.status) : `Too Many Requests: retry after ${fault.retryAfter}`
      const parameters = fault.retryAfter === undefined ? {} : { parameters: { retry_after: fault.retryAfter } }
      give(
        response,
        fault.status,
        fault.body ?? { ok: false, error_code: fault.status, description: fault.description ?? described, ...parameters },
      )
      return
    }
    default:
      throw new Error(`no such fault: ${fault satisfies never}`)
  }
}

const statusWords = (status: number): string =>
  ({
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden: bot was blocked by the user',
    404: 'Not Found',
    500: 'Internal Server Error',
    502: 'Bad Gateway',
  })[status] ?? 'Error'
