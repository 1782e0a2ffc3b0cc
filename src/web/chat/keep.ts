/** What a reload of the tab must not lose: the draft, and texts not sent yet. Per tab and association. */

const read = <T>(key: string, fallback: T): T => {
  try {
    const raw = sessionStorage.getItem(key)
    return raw === null ? fallback : JSON.parse(raw)
  } catch {
    return fallback
  }
}
const write = (key: string, value: unknown): void => {
  try {
    sessionStorage.setItem(key, JSON.stringify(value))
  } catch {
    // A full or forbidden storage costs the draft, not the conversation.
  }
}

export const keeper = <T>(slug: string, what: 'draft' | 'pending', fallback: T) => {
  const key = `sila-chat:${slug}:${what}`
  return { read: (): T => read(key, fallback), write: (value: T): void => write(key, value) }
}
