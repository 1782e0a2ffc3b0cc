import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Hours, ReplyPeriod } from '../../../src/core/policy/association.ts'
import { addWorkingMinutes, officeAt } from '../../../src/core/policy/office.ts'
import { addWorkingDays, notAfter, notBefore } from '../../../src/core/policy/period.ts'
import { afterQuiet } from '../../../src/core/policy/quiet.ts'

const day: [string, string][] = [['08:00', '16:00']]
const hours = Hours.parse({
  week: {
    sunday: day,
    monday: day,
    tuesday: day,
    wednesday: [
      ['08:00', '12:00'],
      ['13:00', '16:00'],
    ],
    thursday: day,
    friday: [],
    saturday: [],
  },
  days: { '2026-12-01': [], '2026-12-02': [['10:00', '11:00']] },
})

test.each([
  // Thursday noon, Thursday closing, Thursday evening, Friday, Sunday opening; Riyadh is three hours ahead.
  ['2026-11-26T09:00:00Z', true, '2026-11-26T13:00:00.000Z'],
  ['2026-11-26T13:00:00Z', false, '2026-11-29T05:00:00.000Z'],
  ['2026-11-26T20:00:00Z', false, '2026-11-29T05:00:00.000Z'],
  ['2026-11-27T09:00:00Z', false, '2026-11-29T05:00:00.000Z'],
  ['2026-11-29T05:00:00Z', true, '2026-11-29T13:00:00.000Z'],
  // The lunch of Wednesday, and a closed Tuesday before a short Wednesday.
  ['2026-11-25T09:30:00Z', false, '2026-11-25T10:00:00.000Z'],
  ['2026-11-30T14:00:00Z', false, '2026-12-02T07:00:00.000Z'],
  // An instant with an offset is the same instant.
  ['2026-11-26T12:00:00+03:00', true, '2026-11-26T13:00:00.000Z'],
])('the office at %s', (instant, open, changesAt) => {
  expect(officeAt(hours, instant)).toEqual({ open, changesAt })
})

test('unknown hours are closed, and nobody knows until when; so is an office that never opens', () => {
  const never = Hours.parse({ week: { sunday: [], monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [] } })
  for (const none of [null, never]) {
    expect(officeAt(none, '2026-11-26T09:00:00Z')).toEqual({ open: false, changesAt: null })
    expect(addWorkingMinutes(none, '2026-11-26T09:00:00Z', 30)).toBe('2026-11-26T09:30:00.000Z')
  }
})

test('a Ramadan night runs over midnight, and touching shifts are one', () => {
  const night: [string, string][] = [['21:00', '01:00']]
  const ramadan = Hours.parse({
    week: {
      sunday: night,
      monday: [
        ['08:00', '12:00'],
        ['12:00', '15:00'],
      ],
      tuesday: [],
      wednesday: [],
      thursday: [],
      friday: [],
      saturday: [],
    },
  })
  expect(officeAt(ramadan, '2026-11-22T21:30:00Z')).toEqual({ open: true, changesAt: '2026-11-22T22:00:00.000Z' })
  expect(officeAt(ramadan, '2026-11-23T06:00:00Z')).toEqual({ open: true, changesAt: '2026-11-23T12:00:00.000Z' })
})

test.each([
  ['2026-11-26T12:50:00Z', 30, '2026-11-29T05:20:00.000Z'],
  ['2026-11-26T09:00:00Z', 60, '2026-11-26T10:00:00.000Z'],
  ['2026-11-27T09:00:00Z', 0, '2026-11-29T05:00:00.000Z'],
  ['2026-11-27T09:00:00Z', 481, '2026-11-30T05:01:00.000Z'],
])('%s and %i working minutes', (instant, minutes, due) => {
  expect(addWorkingMinutes(hours, instant, minutes)).toBe(due)
})

test('working minutes end in an open office, never before they began', () => {
  const instants = fc
    .date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString())
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 2_000 }), (instant, minutes) => {
      const due = addWorkingMinutes(hours, instant, minutes)
      expect(Date.parse(due) - Date.parse(instant)).toBeGreaterThanOrEqual(minutes * 60_000)
      expect(officeAt(hours, new Date(Date.parse(due) - 1).toISOString()).open).toBe(true)
    }),
  )
})

test.each([
  [{ from: '21:00', to: '09:00' }, '2026-11-26T18:00:00.000Z', '2026-11-27T06:00:00.000Z'],
  [{ from: '21:00', to: '09:00' }, '2026-11-26T22:00:00.000Z', '2026-11-27T06:00:00.000Z'],
  [{ from: '21:00', to: '09:00' }, '2026-11-27T06:00:00.000Z', '2026-11-27T06:00:00.000Z'],
  [{ from: '21:00', to: '09:00' }, '2026-11-26T17:59:00.000Z', '2026-11-26T17:59:00.000Z'],
  [{ from: '12:00', to: '13:30' }, '2026-11-27T09:10:00.000Z', '2026-11-27T10:30:00.000Z'],
  [{ from: '12:00', to: '12:00' }, '2026-11-27T09:00:00.000Z', '2026-11-27T09:00:00.000Z'],
])('quiet %j at %s', (quiet, instant, due) => {
  expect(afterQuiet(quiet, instant)).toBe(due)
})

const period = (min: ReplyPeriod['min'], max: ReplyPeriod['max']): ReplyPeriod =>
  ReplyPeriod.parse({ quote: { ar: 'نص', en: 'text' }, min, max, from: { event: 'submission', source: 'procedure' }, source: 'clause:6.3' })

test('a floor gives a not-before and no not-after; a ceiling the other way round', () => {
  const floor = period({ count: 2, unit: 'week' }, null)
  expect(notBefore(floor, '2026-11-24T07:00:00Z')).toBe('2026-12-08')
  expect(notAfter(floor, '2026-11-24T07:00:00Z')).toBeNull()
  // 22:30 UTC on the 23rd is the 24th in Riyadh.
  expect(notBefore(floor, '2026-11-23T22:30:00Z')).toBe('2026-12-08')
  const ceiling = period(null, { count: 15, unit: 'working-day' })
  expect(notBefore(ceiling, '2026-11-24T07:00:00Z')).toBeNull()
  expect(notAfter(ceiling, '2026-11-24T07:00:00Z')).toBe('2026-12-15')
  expect(notAfter(period(null, { count: 10, unit: 'day' }), '2026-11-24T07:00:00Z')).toBe('2026-12-04')
})

test('working days leave out Friday, Saturday and closed days', () => {
  expect(addWorkingDays('2026-11-20', 15)).toBe('2026-12-10')
  expect(addWorkingDays('2026-11-21', 15)).toBe('2026-12-10')
  expect(addWorkingDays('2026-09-15', 15)).toBe('2026-10-06')
  expect(addWorkingDays('2026-09-15', 15, new Set(['2026-09-23']))).toBe('2026-10-07')
})
