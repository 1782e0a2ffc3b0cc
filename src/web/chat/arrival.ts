/**
 * A one-time link that led here: `/c/<association>#link=<token>`. Behind the #, so that no server on the way sees it;
 * taken out of the address bar at once, so that nobody finds it there, and handed over once the visitor is known.
 */
import { Refusal, sendMessage } from './api.ts'

const shape = /^#link=([A-Za-z0-9_-]{1,64})$/

const takeToken = (): string | null => {
  const token = shape.exec(location.hash)?.[1] ?? null
  if (token !== null) history.replaceState(history.state, '', location.pathname + location.search)
  return token
}

/** Repeats with the same id: the server knows a repeat. It refuses for good, or the network comes back. */
const deliver = async (slug: string, payload: string, clientId: string): Promise<void> => {
  for (let wait = 500; ; wait = Math.min(wait * 2, 16_000)) {
    try {
      await sendMessage(slug, { clientId, content: { kind: 'start', payload } })
      return
    } catch (error) {
      if (error instanceof Refusal && error.status < 500 && error.status !== 429) return
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

/**
 * @param ready resolves when the server knows this browser
 * The page may be open already when the link is followed: then only what stands behind the # changes.
 */
export const takeLinks = (slug: string, newId: () => string, ready: Promise<void>): void => {
  const take = () => {
    const token = takeToken()
    if (token !== null) void ready.then(() => deliver(slug, token, newId()))
  }
  addEventListener('hashchange', take)
  take()
}
