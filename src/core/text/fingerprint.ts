/** A few characters that tell one text from another, and nothing of what it says. */
import { normalise } from './normalise.ts'

/** FNV-1a of the matching copy: texts that are read alike have one fingerprint. Not for secrets. */
export const fingerprint = (text: string): string => {
  let hash = 0x811c9dc5
  const normal = normalise(text)
  for (let at = 0; at < normal.length; at += 1) hash = Math.imul(hash ^ normal.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
