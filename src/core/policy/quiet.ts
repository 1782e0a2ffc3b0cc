/** Quiet hours: no push that nobody asked for leaves in them. */
import { addDays, riyadhDate, riyadhInstant, riyadhMinutes } from '../text/dates.ts'

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/**
 * @param quiet local times HH:MM; may run over midnight; equal times mean no quiet hours
 * @param instant ISO
 * @returns the same instant, or the end of the quiet hours that it falls in. The end itself is not quiet.
 */
export const afterQuiet = (quiet: { from: string; to: string }, instant: string): string => {
  const from = minutesOf(quiet.from)
  const to = minutesOf(quiet.to)
  const now = riyadhMinutes(instant)
  const date = riyadhDate(instant)
  if (from < to) return now >= from && now < to ? riyadhInstant(date, to) : instant
  if (from === to) return instant
  if (now >= from) return riyadhInstant(addDays(date, 1), to)
  return now < to ? riyadhInstant(date, to) : instant
}
