/** What services answer about links between the channels of one person; recorded with the turn. */
import { z } from 'zod'

/** Kinds of channel that a person can link: each has a way to open an address of the other. */
export const linkable = ['telegram', 'web-chat'] as const
export const LinkPlace = z.enum(linkable)
export type LinkPlace = z.infer<typeof LinkPlace>

export const LinkPlaces = z.object({
  /** Where this conversation could be followed as well; null when the association has no such channel. */
  to: LinkPlace.nullable(),
  /** Channels with which this contact is linked now. */
  linked: z.array(z.string()),
})
export type LinkPlaces = z.infer<typeof LinkPlaces>

/** A one-time link as it looks to the contact who opened it. */
export const LinkSight = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open'), offer: z.string(), place: z.string() }),
  /** Expired, used, or never one of this association: told alike. */
  z.object({ state: z.literal('gone') }),
  /** Made in this very conversation. */
  z.object({ state: z.literal('own') }),
  z.object({ state: z.literal('already'), place: z.string() }),
])
export type LinkSight = z.infer<typeof LinkSight>

/** Of a one-time link, as the start of what a channel's link may carry. */
export const linkTokenStart = 'l_'
