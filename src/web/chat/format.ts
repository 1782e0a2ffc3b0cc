/** Dates, digits and sizes as people read them here: Riyadh time, Gregorian, the language's own digits. */
import type { Language, Words } from './words.ts'

const zone = 'Asia/Riyadh'
// `ar-SA` alone means another calendar on some engines: everything is said.
const locales: Record<Language, string> = { ar: 'ar-SA-u-ca-gregory-nu-arab', en: 'en-GB-u-nu-latn' }

const clock = new Map<Language, Intl.DateTimeFormat>()
/** @returns hour and minute with the half of the day */
export const timeOf = (iso: string, language: Language): string => {
  const format =
    clock.get(language) ?? new Intl.DateTimeFormat(locales[language], { timeZone: zone, hour: 'numeric', minute: '2-digit', hour12: true })
  clock.set(language, format)
  return format.format(new Date(iso))
}

const dayKey = new Intl.DateTimeFormat('en-CA', { timeZone: zone })
/** @returns the day in Riyadh, YYYY-MM-DD */
export const dayOf = (iso: string): string => dayKey.format(new Date(iso))

/** @returns today, yesterday, or weekday, day and month (and year, when it is another) */
export const dayName = (day: string, now: Date, language: Language, words: Words): string => {
  const today = dayKey.format(now)
  if (day === today) return words('today')
  if (day === dayKey.format(new Date(now.getTime() - 86_400_000))) return words('yesterday')
  const year = day.slice(0, 4) === today.slice(0, 4) ? {} : ({ year: 'numeric' } as const)
  const format = new Intl.DateTimeFormat(locales[language], { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', ...year })
  return format.format(new Date(`${day}T12:00:00Z`))
}

export const numberOf = (value: number, language: Language): string =>
  new Intl.NumberFormat(language === 'ar' ? 'ar-SA-u-nu-arab' : 'en', { maximumFractionDigits: 1, useGrouping: false }).format(value)

/** @returns bytes in kilobytes or megabytes */
export const sizeOf = (bytes: number, language: Language, words: Words): string =>
  bytes >= 1_000_000
    ? words('megabytes', { n: numberOf(bytes / 1_048_576, language) })
    : words('kilobytes', { n: numberOf(Math.max(1, Math.round(bytes / 1024)), language) })

/** File name and extension, to be isolated from each other: mixed directions scramble them otherwise. */
export const splitName = (name: string): { stem: string; extension: string } => {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? { stem: name.slice(0, dot), extension: name.slice(dot) } : { stem: name, extension: '' }
}
