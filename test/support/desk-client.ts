/** Calls of the desk's API as a browser of the same origin makes them. */
import { expect } from 'vitest'
import type { Problem } from '../../src/http/contract.ts'
import { password } from './fake-desk.ts'

export interface DeskClient {
  cookie: string
  /** @returns the body as the shape that the caller expects; the test compares the rest */
  call<T = Problem>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: T }>
}

export const sameOrigin = { 'sec-fetch-site': 'same-origin' }

export const signIn = (url: string, email: string, secret: string, headers: Record<string, string> = sameOrigin): Promise<Response> =>
  fetch(`${url}/api/desk/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email, password: secret }),
  })

export const clientOf = (url: string, cookie: string): DeskClient => ({
  cookie,
  async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${url}/api/desk${path}`, {
      method,
      headers: {
        ...sameOrigin,
        cookie,
        'idempotency-key': crypto.randomUUID(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T } // checked by what the test expects of it
  },
})

export const signedInClient = async (url: string, email: string): Promise<DeskClient> => {
  const response = await signIn(url, email, password)
  expect(response.status).toBe(200)
  return clientOf(
    url,
    response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  )
}

/** Reads an event stream until `stop`; beats are left out. */
export const listen = async (url: string, cookie: string, lastEventId?: string) => {
  const abort = new AbortController()
  const response = await fetch(`${url}/api/desk/events`, {
    headers: { cookie, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: abort.signal,
  })
  const events: { event: string; id: string; data: string }[] = []
  const state = { ended: false }
  const read = async () => {
    let buffer = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      buffer += decoder.decode(chunk, { stream: true })
      const frames = buffer.split('\n\n')
      buffer = frames.pop() ?? ''
      for (const frame of frames) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? ''
        if (field('event') !== 'beat') events.push({ event: field('event'), id: field('id'), data: field('data') })
      }
    }
  }
  const done = read()
    .catch(() => {})
    .finally(() => {
      state.ended = true
    })
  return {
    status: response.status,
    events,
    state,
    stop: async () => {
      abort.abort()
      await done
    },
  }
}
