/** Calls of the desk's API. A refusal is thrown by its code; the words stand in `locales`. */
import type { Problem } from '../../../http/contract.ts'

export class Refusal extends Error {
  readonly code: string
  readonly owner: string | null
  constructor(code: string, owner: string | null = null) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.owner = owner
  }
}

/** @returns the code of a refusal; `unavailable` for whatever else was thrown */
export const codeOf = (error: unknown): string => (error instanceof Refusal ? error.code : 'unavailable')

const problemOf = async (response: Response): Promise<Refusal> => {
  try {
    // The server answers every refusal in this shape; a proxy may answer in its own.
    const problem = (await response.json()) as Partial<Problem>
    return new Refusal(typeof problem.code === 'string' ? problem.code : 'unavailable', problem.owner ?? null)
  } catch {
    return new Refusal('unavailable')
  }
}

export interface Call {
  method?: 'GET' | 'POST' | 'DELETE'
  body?: unknown
  /** Makes a change once, however often it is sent. */
  key?: string
  signal?: AbortSignal
}

/** @throws Refusal; `offline` when the server was not reached */
export const call = async <T>(path: string, { method = 'GET', body, key, signal }: Call = {}): Promise<T> => {
  let response: Response
  try {
    response = await fetch(`/api/desk${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Refusal('offline')
  }
  if (!response.ok) throw await problemOf(response)
  // The shapes of answers are the contract's: same build, same repository.
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** A new Idempotency-Key. `crypto.randomUUID` is missing where the desk is opened over plain HTTP. */
export const newKey = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
