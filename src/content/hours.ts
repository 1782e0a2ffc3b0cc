/** Working hours in words: «الأحد إلى الخميس: من ٨ صباحًا إلى ٤ عصرًا». */
import type { Hours } from '../core/policy/association.ts'
import { riyadhDate, weekdayOf } from '../core/text/dates.ts'
import type { Value } from './value.ts'

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
type Shifts = Hours['week']['sunday']

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const range = ([from, to]: Shifts[number]): Value => ({
  kind: 'text',
  key: 'common:hours.range',
  params: { from: { kind: 'time', value: minutesOf(from) }, to: { kind: 'time', value: minutesOf(to) } },
})

const ranges = (shifts: Shifts): Value => ({ kind: 'list', items: shifts.map(range) })

const dayName = (day: number): Value => ({ kind: 'text', key: `common:hours.${weekdays[day] ?? 'sunday'}` })

/** @returns null while the hours are unknown. Days in a row with the same hours share a line; closed days have none. */
export const describeWeek = (hours: Hours | null): Value | null => {
  if (hours === null) return null
  const rows: { first: number; last: number; shifts: Shifts }[] = []
  weekdays.forEach((name, day) => {
    const shifts = hours.week[name]
    if (shifts.length === 0) return
    const row = rows.at(-1)
    if (row && row.last === day - 1 && JSON.stringify(row.shifts) === JSON.stringify(shifts)) row.last = day
    else rows.push({ first: day, last: day, shifts })
  })
  if (rows.length === 0) return null
  return {
    kind: 'lines',
    items: rows.map(({ first, last, shifts }) => ({
      kind: 'text',
      key: 'common:hours.line',
      params: {
        days:
          first === last
            ? dayName(first)
            : { kind: 'text', key: 'common:hours.span', params: { first: dayName(first), last: dayName(last) } },
        ranges: ranges(shifts),
      },
    })),
  }
}

/** @returns null while the hours are unknown. */
export const describeToday = (hours: Hours | null, now: string): Value | null => {
  if (hours === null) return null
  const date = riyadhDate(now)
  const name = weekdays[weekdayOf(date)] ?? 'sunday'
  const shifts = hours.days[date] ?? hours.week[name]
  return shifts.length === 0 ? { kind: 'text', key: 'common:hours.closed-today' } : ranges(shifts)
}
