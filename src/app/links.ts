/** What a turn asks about links: where, with whom, and a one-time address. */
import type { ServiceCall } from '../core/engine/context.ts'
import { type LinkPlace, type LinkPlaces, linkable } from '../core/engine/link-replies.ts'
import type { Loaded } from '../ports/turn-store.ts'
import type { RunnerDeps } from './runner-deps.ts'

/** A one-time address works for as long as it takes to change from one window to the other. */
export const offerMinutes = 15

type LinkCall = Extract<ServiceCall, { call: 'link-places' | 'make-link' | 'read-link' }>

/** The other of the two. */
const otherPlace = (channel: string): LinkPlace | null => {
  if (!linkable.some((kind) => kind === channel)) return null
  return channel === 'telegram' ? 'web-chat' : 'telegram'
}

/** @returns how an address there begins; the token follows. Null where the association cannot be reached so. */
const addressOf = async (deps: RunnerDeps, { association, channel }: Loaded): Promise<{ to: LinkPlace; start: string } | null> => {
  const to = otherPlace(channel)
  if (to === 'telegram') {
    const name = await deps.links.botName(association)
    return name === null ? null : { to, start: `https://t.me/${name}?start=` }
  }
  // Behind the #: what stands there is sent to no server and written in no log on the way.
  return to === null || deps.publicUrl === null ? null : { to, start: `${deps.publicUrl}/c/${association}#link=` }
}

export const answerLinks = async (deps: RunnerDeps, loaded: Loaded, need: LinkCall, now: string): Promise<unknown> => {
  const { association, contact, conversation } = loaded
  switch (need.call) {
    case 'link-places': {
      const places: LinkPlaces = {
        to: (await addressOf(deps, loaded))?.to ?? null,
        linked: await deps.links.linkedWith(association, contact),
      }
      return places
    }
    case 'make-link': {
      const address = await addressOf(deps, loaded)
      if (address === null) return null
      const until = new Date(Date.parse(now) + offerMinutes * 60_000).toISOString()
      return address.start + (await deps.links.offer({ association, contact, conversation }, now, until))
    }
    case 'read-link':
      return deps.links.read({ association, contact }, need.by, now)
    default:
      return need satisfies never
  }
}
