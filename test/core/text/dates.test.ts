import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addDays,
  formatDate,
  formatMoment,
  formatTime,
  hijriOf,
  riyadhDate,
  riyadhInstant,
  riyadhMinutes,
  weekdayOf,
} from '../../../src/core/text/dates.ts'
import { formatMoney, formatNumber } from '../../../src/core/text/numbers.ts'

const arabic = { language: 'ar', digits: 'arab' } as const

test.each([
  ['2026-12-08', 'commitment', 'الثلاثاء ٨ ديسمبر ٢٠٢٦م (٢٨ جمادى الآخرة ١٤٤٨هـ)', 'Tuesday 8 December 2026 (28 Jumada II 1448 AH)'],
  ['2026-12-15', 'commitment', 'الثلاثاء ١٥ ديسمبر ٢٠٢٦م (٦ رجب ١٤٤٨هـ)', 'Tuesday 15 December 2026 (6 Rajab 1448 AH)'],
  ['2024-02-07', 'commitment', 'الأربعاء ٧ فبراير ٢٠٢٤م (٢٦ رجب ١٤٤٥هـ)', 'Wednesday 7 February 2024 (26 Rajab 1445 AH)'],
  ['2023-12-23', 'commitment', 'السبت ٢٣ ديسمبر ٢٠٢٣م (١٠ جمادى الآخرة ١٤٤٥هـ)', 'Saturday 23 December 2023 (10 Jumada II 1445 AH)'],
  ['2026-12-08', 'day', 'الثلاثاء ٨ ديسمبر ٢٠٢٦م', 'Tuesday 8 December 2026'],
  ['2026-12-08', 'short', 'الثلاثاء ٨ ديسمبر', 'Tuesday 8 December'],
  // ICU is wrong for some months after 1450 AH: no Hijri date rather than a wrong one.
  ['2029-09-01', 'commitment', 'السبت ١ سبتمبر ٢٠٢٩م', 'Saturday 1 September 2029'],
] as const)('%s as %s', (date, style, ar, en) => {
  expect(formatDate(date, { ...arabic, style })).toBe(ar)
  expect(formatDate(date, { language: 'en', digits: 'arab', style })).toBe(en)
})

test('Latin digits in Arabic where the association chose them', () => {
  expect(formatDate('2026-12-08', { language: 'ar', digits: 'latn', style: 'day' })).toBe('الثلاثاء 8 ديسمبر 2026م')
})

test('what is no date is refused, not guessed', () => {
  for (const date of ['2026-02-30', '2026-13-01', '8/12/2026', '', '2026-1-1'])
    expect(() => formatDate(date, { ...arabic, style: 'day' })).toThrow(RangeError)
  expect(() => riyadhDate('tomorrow')).toThrow(RangeError)
})

const now = '2026-11-21T06:00:00Z'
test.each([
  ['2026-11-21T13:00:00Z', 'اليوم ٤ عصرًا', 'today 4 pm'],
  ['2026-11-22T05:00:00Z', 'غدًا الأحد ٨ صباحًا', 'tomorrow, Sunday, 8 am'],
  ['2026-11-22T05:30:00Z', 'غدًا الأحد ٨:٣٠ صباحًا', 'tomorrow, Sunday, 8:30 am'],
  ['2026-11-24T05:00:00Z', 'الثلاثاء ٢٤ نوفمبر ٨ صباحًا', 'Tuesday 24 November, 8 am'],
  ['2027-01-03T10:00:00Z', 'الأحد ٣ يناير ٢٠٢٧م ١ ظهرًا', 'Sunday 3 January 2027, 1 pm'],
  // 22:30 UTC is tomorrow in Riyadh.
  ['2026-11-21T22:30:00Z', 'غدًا الأحد ١:٣٠ ليلًا', 'tomorrow, Sunday, 1:30 am'],
])('the moment %s', (instant, ar, en) => {
  expect(formatMoment(instant, now, arabic)).toBe(ar)
  expect(formatMoment(instant, now, { language: 'en', digits: 'latn' })).toBe(en)
})

test.each([
  [0, '١٢ ليلًا'],
  [5 * 60, '٥ فجرًا'],
  [8 * 60, '٨ صباحًا'],
  [12 * 60, '١٢ ظهرًا'],
  [13 * 60, '١ ظهرًا'],
  [16 * 60, '٤ عصرًا'],
  [19 * 60, '٧ مساءً'],
  [23 * 60, '١١ ليلًا'],
  [8 * 60 + 5, '٨:٠٥ صباحًا'],
])('the time %i', (minutes, text) => {
  expect(formatTime(minutes, arabic)).toBe(text)
})

const instants = fc
  .date({ min: new Date('1971-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString())

test('our Riyadh is that of the time-zone database', () => {
  const reference = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Riyadh', year: 'numeric', month: '2-digit', day: '2-digit' })
  fc.assert(
    fc.property(instants, (instant) => {
      const date = riyadhDate(instant)
      expect(date).toBe(reference.format(new Date(instant)))
      expect(riyadhInstant(date, riyadhMinutes(instant)).slice(0, 16)).toBe(instant.slice(0, 16))
    }),
  )
})

test('days add up, weeks return to their weekday, and Hijri days follow each other', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -4_000, max: 4_000 }), (instant, days) => {
      const date = riyadhDate(instant)
      expect(addDays(addDays(date, days), -days)).toBe(date)
      expect(weekdayOf(addDays(date, 7))).toBe(weekdayOf(date))
    }),
  )
  for (let date = '1999-04-18'; date < '2028-05-20'; date = addDays(date, 1)) {
    const today = hijriOf(date)
    const next = hijriOf(addDays(date, 1))
    if (today === null || next === null) throw new Error(`no Hijri date on ${date}`)
    expect(next.day === today.day + 1 || (next.day === 1 && today.day >= 29), date).toBe(true)
  }
})

test('numbers and money', () => {
  expect(formatNumber(1_234_567.5, 'arab')).toBe('١٬٢٣٤٬٥٦٧٫٥')
  expect(formatNumber(1_234_567.5, 'latn')).toBe('1,234,567.5')
  expect(formatNumber(100, 'arab')).toBe('١٠٠')
  expect(formatMoney(3500.5, 'ar', 'arab')).toBe('٣٬٥٠٠٫٥٠ ريال')
  expect(formatMoney(3500, 'ar', 'arab')).toBe('٣٬٥٠٠ ريال')
  expect(formatMoney(3500, 'ar', 'latn')).toBe('3,500 ريال')
  expect([0, 1, 2, 5, 15, 100, 103].map((value) => formatMoney(value, 'ar', 'arab'))).toEqual([
    '٠ ريال',
    'ريال واحد',
    'ريالان',
    '٥ ريالات',
    '١٥ ريالًا',
    '١٠٠ ريال',
    '١٠٣ ريالات',
  ])
  expect(formatMoney(3500.5, 'en', 'arab')).toBe('3,500.50 riyals')
  expect(() => formatNumber(Number.NaN, 'arab')).toThrow(RangeError)
})
