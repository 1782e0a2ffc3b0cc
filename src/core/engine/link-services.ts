/**
 * Linking a person's channels: a one-time address made in one conversation and opened in the other. Never a
 * code to type, never a merge: each contact keeps its requests, and each sees those of both until «فك الربط».
 */
import { z } from 'zod'
import { asksBelow, type Context, makeId, say, takeReply } from './context.ts'
import type { Param, TextKey } from './effect.ts'
import { LinkPlaces, LinkSight, linkable } from './link-replies.ts'
import type { Frame } from './state.ts'

/** «تيليجرام»، «موقع الجمعية»: a channel as people call it. */
export const placeName = (kind: string): Extract<Param, { kind: 'text' }> => ({ kind: 'text', key: `common:link.place.${kind}` as TextKey })

const canLink = ({ env }: Context): boolean => linkable.some((kind) => kind === env.channel.kind)

const placesOf = (context: Context): LinkPlaces => LinkPlaces.parse(takeReply(context, { call: 'link-places' }))

/** Below an answer, and only where nothing else is asked: one button that waits for nobody. */
export const offerLink = (context: Context): 'done' => {
  if (!canLink(context) || asksBelow(context)) return 'done'
  const { to, linked } = placesOf(context)
  if (to === null || linked.includes(to)) return 'done'
  const label: Param = { kind: 'text', key: `common:link.options.${to}` }
  say(context, 'common:link.offer', { place: placeName(to) }, { flow: 'common', node: 'link', options: [{ id: 'flow/link', n: 1, label }] })
  return 'done'
}

export const makeLink = (context: Context): 'ready' | 'nowhere' => {
  const { to } = canLink(context) ? placesOf(context) : { to: null }
  if (to === null) return 'nowhere'
  const url = z
    .string()
    .nullable()
    .parse(takeReply(context, { call: 'make-link' }))
  if (url === null) return 'nowhere'
  context.params.place = placeName(to)
  context.params.link = { kind: 'link', value: url }
  return 'ready'
}

/** How the link that was opened stands. The token is forgotten here; the offer is known by its id from now on. */
export const readLink = (context: Context, frame: Frame): LinkSight['state'] => {
  const { token } = frame.vars
  delete frame.vars.token
  const sight = LinkSight.parse(takeReply(context, { call: 'read-link', by: { token: String(token) } }))
  if (sight.state === 'open') frame.vars.offer = sight.offer
  if ('place' in sight) context.params.place = placeName(sight.place)
  return sight.state
}

/** Read again: a quarter of an hour may have passed since the question. */
export const claimLink = (context: Context, frame: Frame): 'linked' | 'gone' => {
  const sight = LinkSight.parse(takeReply(context, { call: 'read-link', by: { offer: String(frame.vars.offer) } }))
  if (sight.state !== 'open') return 'gone'
  context.effects.push({ kind: 'claim-link', offer: sight.offer, link: makeId(context) })
  context.params.place = placeName(sight.place)
  return 'linked'
}

export const myLinks = (context: Context): 'none' | 'some' => {
  const { linked } = placesOf(context)
  if (linked.length === 0) return 'none'
  context.params.places = { kind: 'list', items: [...new Set(linked)].map(placeName) }
  return 'some'
}

export const unlink = (context: Context): 'done' => {
  context.effects.push({ kind: 'unlink' })
  return 'done'
}
