/** What a browser's page does over HTTP, for tests without one: a cookie jar, our origin, an event stream. */

export interface StreamEvent {
  event: string
  id: string | null
  data: unknown
}

export interface EventReader {
  readonly events: StreamEvent[]
  /** Resolves once `enough(events)`; throws after two seconds. */
  until(enough: (events: StreamEvent[]) => boolean): Promise<StreamEvent[]>
  close(): void
  /** Settles when the server or the network ended it. */
  readonly ended: Promise<void>
}

const parseEvent = (block: string): StreamEvent | null => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
  const data = field('data')
  return data === null ? null : { event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) }
}

export const createBrowserClient = (url: string) => {
  let cookie = ''
  const request = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> => {
    const response = await fetch(url + path, { ...init, headers: { origin: url, ...(cookie ? { cookie } : {}), ...init.headers } })
    const set = response.headers.getSetCookie()[0]
    if (set) cookie = set.split(';')[0] ?? ''
    return response
  }
  return {
    request,
    cookie: () => cookie,
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      request(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    async follow(path: string, lastEventId?: string): Promise<EventReader> {
      const stop = new AbortController()
      const response = await request(path, {
        signal: stop.signal,
        ...(lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } }),
      })
      if (!response.ok || !response.body) throw new Error(`stream refused: ${response.status}`)
      const events: StreamEvent[] = []
      const decoder = new TextDecoder()
      let rest = ''
      const { body } = response
      const ended = (async () => {
        try {
          for await (const chunk of body) {
            rest += decoder.decode(chunk, { stream: true })
            const blocks = rest.split('\n\n')
            rest = blocks.pop() ?? ''
            for (const block of blocks) {
              const event = parseEvent(block)
              if (event) events.push(event)
            }
          }
        } catch {
          // Cut off: what these tests are about.
        }
      })()
      return {
        events,
        ended,
        close: () => stop.abort(),
        async until(enough) {
          for (const start = Date.now(); Date.now() - start < 2000; ) {
            if (enough(events)) return events
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
          throw new Error(`never came; so far: ${JSON.stringify(events)}`)
        },
      }
    },
  }
}
