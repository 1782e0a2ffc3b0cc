/** The reply period of a policy. A floor and a ceiling are different promises: neither is made of the other. */
import { addDays, riyadhDate, weekdayOf } from '../text/dates.ts'
import type { ReplyPeriod } from './association.ts'

type Length = NonNullable<ReplyPeriod['min']>

/** Sunday to Thursday, unless the association closes that day. */
const isWorkingDay = (date: string, closed: ReadonlySet<string>): boolean => weekdayOf(date) <= 4 && !closed.has(date)

/** @returns the date `count` working days (Sunday–Thursday) after `date`, which itself does not count. */
export const addWorkingDays = (date: string, count: number, closed: ReadonlySet<string> = new Set()): string => {
  let day = date
  for (let left = count; left > 0; ) {
    day = addDays(day, 1)
    if (isWorkingDay(day, closed)) left -= 1
  }
  return day
}

const after = (length: Length, from: string, closed: ReadonlySet<string>): string => {
  const date = riyadhDate(from)
  switch (length.unit) {
    case 'day':
      return addDays(date, length.count)
    case 'week':
      return addDays(date, length.count * 7)
    case 'working-day':
      return addWorkingDays(date, length.count, closed)
    default:
      return length.unit satisfies never
  }
}

/**
 * @param from ISO instant of the event that the policy counts from
 * @param closed dates (YYYY-MM-DD) that are no working days besides Friday and Saturday
 * @returns the date before which no reply is to be expected («لا نتوقع الرد قبل»), or null when the policy has no floor.
 */
export const notBefore = (reply: ReplyPeriod, from: string, closed: ReadonlySet<string> = new Set()): string | null =>
  reply.min === null ? null : after(reply.min, from, closed)

/** @returns the last date on which the reply is due, or null when the policy has no ceiling. Parameters as {@link notBefore}. */
export const notAfter = (reply: ReplyPeriod, from: string, closed: ReadonlySet<string> = new Set()): string | null =>
  reply.max === null ? null : after(reply.max, from, closed)
