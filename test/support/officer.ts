/** A member of staff at the desk, speaking HTTP as the page does. */
import { randomUUID } from 'node:crypto'

export interface Officer {
  signIn(email: string, password: string): Promise<void>
  get<T>(path: string): Promise<T>
  /** @throws with status and body when refused */
  post<T = unknown>(path: string, body?: unknown): Promise<T>
}

export const createOfficer = (origin: string): Officer => {
  let cookie = ''
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${origin}/api/desk${path}`, {
      method,
      headers: { cookie, origin, 'idempotency-key': randomUUID(), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const set = response.headers.getSetCookie().map((value) => value.split(';')[0])
    if (set.length > 0) cookie = set.join('; ')
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const read = async <T>(response: Response): Promise<T> => (response.status === 204 ? undefined : await response.json()) as T // the server's own contract
  return {
    signIn: async (email, password) => void (await call('POST', '/session', { email, password })),
    get: async <T>(path: string) => read<T>(await call('GET', path)),
    post: async <T>(path: string, body: unknown = {}) => read<T>(await call('POST', path, body)),
  }
}
