import { linkTokenStart } from '../../../engine/link-replies.ts'
import type { Finding, Rule } from '../rule.ts'

export const entries: Rule = {
  id: 'entries',
  about: 'What a link to the conversation may carry opens one flow, and is never taken for a one-time token.',
  check: ({ release }) => {
    const found: Finding[] = []
    const owner = new Map<string, string>()
    for (const { flow, entry } of release.flows.values()) {
      if (entry === undefined) continue
      const tell = (message: string) => found.push({ ...release.placeOf('flow', flow, '/entry'), message: `${flow}: ${message}` })
      const other = owner.get(entry)
      if (other !== undefined) tell(`«${entry}» opens ${other} as well`)
      if (entry.startsWith(linkTokenStart)) tell(`«${entry}» begins like a one-time token`)
      owner.set(entry, flow)
    }
    return found
  },
}
