/** Office hours: when a person can be reached, and clocks that run only then. */
import type { Office } from '../engine/input.ts'
import { addDays, riyadhDate, riyadhInstant, weekdayOf } from '../text/dates.ts'
import type { Hours } from './association.ts'

/** Days looked ahead: longer than any closure, short enough to end. */
const horizonDays = 60
const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** Open span, ISO instants, end exclusive. */
interface Span {
  from: string
  to: string
}

const later = (a: string, b: string): string => (a < b ? b : a)

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const spansOf = (hours: Hours, date: string): Span[] => {
  const name = names[weekdayOf(date)]
  const shifts = hours.days[date] ?? (name === undefined ? [] : hours.week[name])
  return shifts.map(([opens, closes]) => {
    const from = minutesOf(opens)
    const to = minutesOf(closes)
    // A shift that ends at or before its start runs into the next day (Ramadan nights).
    return { from: riyadhInstant(date, from), to: riyadhInstant(date, to > from ? to : to + 1_440) }
  })
}

/** Open spans from the one that holds `instant` on, in order, those that touch joined. Lazy: most callers need one. */
function* spansFrom(hours: Hours, instant: string): Generator<Span> {
  const today = riyadhDate(instant)
  let held: Span | undefined
  for (let day = -1; day <= horizonDays; day += 1) {
    for (const span of spansOf(hours, addDays(today, day)).sort((a, b) => (a.from < b.from ? -1 : 1))) {
      if (span.to <= instant) continue
      if (held !== undefined && span.from <= held.to) held = { from: held.from, to: later(span.to, held.to) }
      else {
        if (held !== undefined) yield held
        held = span
      }
    }
  }
  if (held !== undefined) yield held
}

const iso = (instant: string): string => new Date(instant).toISOString()

/**
 * @param hours null while the association has not said: closed, and nobody knows until when
 * @param instant ISO
 * @returns whether the office is open, and when that changes within 60 days. Opening counts as open, closing as closed.
 */
export const officeAt = (hours: Hours | null, instant: string): Office => {
  if (hours === null) return { open: false, changesAt: null }
  const now = iso(instant)
  for (const { from, to } of spansFrom(hours, now)) return from <= now ? { open: true, changesAt: to } : { open: false, changesAt: from }
  return { open: false, changesAt: null }
}

/**
 * @returns the ISO instant at which so many open minutes have passed since `instant`. Without hours, or when the office
 * does not open often enough within 60 days, plain minutes: a clock must never stand still for ever.
 */
export const addWorkingMinutes = (hours: Hours | null, instant: string, minutes: number): string => {
  const now = iso(instant)
  let left = minutes * 60_000
  for (const { from, to } of hours === null ? [] : spansFrom(hours, now)) {
    const start = Math.max(Date.parse(from), Date.parse(now))
    const length = Date.parse(to) - start
    if (length >= left) return new Date(start + left).toISOString()
    left -= length
  }
  return new Date(Date.parse(now) + minutes * 60_000).toISOString()
}
