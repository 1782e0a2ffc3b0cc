/** The server as the page knows it. Every call says the page's language; refusals come as `Refusal`. */
import type { ChatOpen, ChatSend } from '../../http/contract.ts'
import type { Language } from './words.ts'

/** The server answered, and did not accept. `retryAfter` in seconds. No answer at all throws as `fetch` does. */
export class Refusal extends Error {
  readonly status: number
  readonly retryAfter: number
  constructor(status: number, retryAfter: number) {
    super(`refused: ${status}`)
    this.name = 'Refusal'
    this.status = status
    this.retryAfter = retryAfter
  }
}

const base = (slug: string): string => `/api/chat/${encodeURIComponent(slug)}`
export const fileUrl = (slug: string, id: string): string => `${base(slug)}/files/${encodeURIComponent(id)}`
export const eventsUrl = (slug: string, since: string | null): string =>
  `${base(slug)}/events${since === null ? '' : `?since=${encodeURIComponent(since)}`}`

const refusal = (response: Response): Refusal => new Refusal(response.status, Number(response.headers.get('retry-after')) || 0)

export const openChat = async (slug: string, language: Language): Promise<ChatOpen> => {
  const response = await fetch(base(slug), { headers: { 'accept-language': language } })
  if (!response.ok) throw refusal(response)
  return response.json()
}

const post = async (url: string, body: unknown): Promise<Response> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
  if (!response.ok) throw refusal(response)
  return response
}

export const sendMessage = async (slug: string, message: ChatSend): Promise<{ id: string }> =>
  (await post(`${base(slug)}/messages`, message)).json()

export const markSeen = async (slug: string, id: string): Promise<void> => {
  await post(`${base(slug)}/seen`, { id })
}

/** `fetch` tells nothing of an upload's progress; XMLHttpRequest does. */
export const uploadFile = (
  slug: string,
  upload: { clientId: string; caption: string; file: File },
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<{ id: string }> =>
  new Promise((resolve, reject) => {
    const form = new FormData()
    // Fields first: the server reads the form as it arrives.
    form.append('clientId', upload.clientId)
    form.append('caption', upload.caption)
    form.append('file', upload.file)
    const request = new XMLHttpRequest()
    request.open('POST', `${base(slug)}/files`)
    request.responseType = 'json'
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status === 202) resolve(request.response)
      else reject(new Refusal(request.status, Number(request.getResponseHeader('retry-after')) || 0))
    }
    request.onerror = () => reject(new TypeError('upload failed'))
    request.onabort = () => reject(new DOMException('upload stopped', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
