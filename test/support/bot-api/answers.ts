/** What goes back over the wire, whole or not. */
import type { ServerResponse } from 'node:http'
import type { ApiResponse } from '@grammyjs/types'
import type { EndingFault, Fault } from './faults.ts'

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

/** Waits out the delays. */
export const holdUp = async (faults: readonly Fault[]): Promise<void> => {
  for (const fault of faults) if (fault.kind === 'delay') await wait(fault.ms)
}

export const give = (response: ServerResponse, answer: ApiResponse<unknown>): void => {
  const retryAfter = answer.ok ? undefined : answer.parameters?.retry_after
  giveText(response, answer.ok ? 200 : answer.error_code, 'application/json', JSON.stringify(answer), retryAfter)
}

const giveText = (response: ServerResponse, status: number, type: string, text: string, retryAfter?: number): void => {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  })
  response.end(text)
}

const words: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden: bot was blocked by the user',
  404: 'Not Found',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
}

/** What is left of a call that a fault ends. */
export const strike = (fault: EndingFault, response: ServerResponse): void => {
  switch (fault.kind) {
    case 'drop':
      response.socket?.destroy()
      return
    // The connection stays, and nothing ever comes.
    case 'hang':
      return
    case 'answer': {
      const { status, body, retryAfter } = fault
      if (typeof body === 'string') return giveText(response, status, 'text/html', body)
      if (body) return giveText(response, status, 'application/json', JSON.stringify(body))
      const usual = retryAfter === undefined ? (words[status] ?? 'Error') : `Too Many Requests: retry after ${retryAfter}`
      return give(response, {
        ok: false,
        error_code: status,
        description: fault.description ?? usual,
        ...(retryAfter !== undefined && { parameters: { retry_after: retryAfter } }),
      })
    }
    default:
      throw new Error(`no such fault: ${fault satisfies never}`)
  }
}
