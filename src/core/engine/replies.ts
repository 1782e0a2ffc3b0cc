/** Replies of services that more than one act needs. */
import { z } from 'zod'
import { makeReference } from '../text/identifiers.ts'
import { type Context, releaseOf, takeReply } from './context.ts'
import type { RequestView } from './input.ts'

/** The next free reference of the association. */
export const reserveReference = (context: Context): string => {
  const number = z
    .number()
    .int()
    .positive()
    .parse(takeReply(context, { call: 'reserve-reference' }))
  return makeReference(releaseOf(context).association.prefix, number)
}

/** Requests of the person, those of linked channels too. */
export const requestsOfContact = (context: Context): RequestView[] => takeReply(context, { call: 'requests-of-contact' }) as RequestView[] // recorded by `app` from the typed store
