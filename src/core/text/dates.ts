/**
 * Dates and times as people read them. Business days are those of Riyadh, which has been +03:00 all year since 1947;
 * instants are ISO strings, dates are YYYY-MM-DD.
 */
import { arabicDigits } from './digits.ts'

export interface DateFormat {
  language: 'ar' | 'en'
  /** `commitment` shows both calendars, `day` the weekday and date, `short` leaves the year out. */
  style: 'commitment' | 'day' | 'short'
  digits: 'arab' | 'latn'
}

const dayMs = 86_400_000
const riyadhMs = 3 * 3_600_000

const weekdays = {
  ar: ['الأحد', 'الاثنين', 'الثلاثاء', 'الأربعاء', 'الخميس', 'الجمعة', 'السبت'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
}
const months = {
  ar: ['يناير', 'فبراير', 'مارس', 'أبريل', 'مايو', 'يونيو', 'يوليو', 'أغسطس', 'سبتمبر', 'أكتوبر', 'نوفمبر', 'ديسمبر'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
}
const hijriMonths = {
  ar: ['محرم', 'صفر', 'ربيع الأول', 'ربيع الآخر', 'جمادى الأولى', 'جمادى الآخرة', 'رجب', 'شعبان', 'رمضان', 'شوال', 'ذو القعدة', 'ذو الحجة'],
  en: [
    'Muharram',
    'Safar',
    'Rabi I',
    'Rabi II',
    'Jumada I',
    'Jumada II',
    'Rajab',
    'Shaban',
    'Ramadan',
    'Shawwal',
    'Dhu al-Qadah',
    'Dhu al-Hijjah',
  ],
}

const inDigits = (text: string, language: 'ar' | 'en', digits: 'arab' | 'latn'): string =>
  language === 'ar' && digits === 'arab' ? arabicDigits(text) : text

/** Midnight UTC of a date. @throws RangeError when it is no calendar date. */
const timeOf = (date: string): number => {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) throw new RangeError('not a date of the form YYYY-MM-DD')
  return time
}

const instantOf = (instant: string): number => {
  const time = Date.parse(instant)
  if (Number.isNaN(time)) throw new RangeError('not an ISO instant')
  return time
}

/** @returns the date (YYYY-MM-DD) that it is in Riyadh at an ISO instant. @throws RangeError on anything else. */
export const riyadhDate = (instant: string): string => new Date(instantOf(instant) + riyadhMs).toISOString().slice(0, 10)

/** @returns minutes since midnight in Riyadh at an ISO instant, 0–1439. */
export const riyadhMinutes = (instant: string): number => Math.floor(((instantOf(instant) + riyadhMs) % dayMs) / 60_000)

/** @returns the ISO instant at which a Riyadh date has that many minutes since midnight (may be ≥ 1440). */
export const riyadhInstant = (date: string, minutes: number): string => new Date(timeOf(date) - riyadhMs + minutes * 60_000).toISOString()

/** @returns the date `days` (may be negative) after a date. @throws RangeError when it is no calendar date. */
export const addDays = (date: string, days: number): string => new Date(timeOf(date) + days * dayMs).toISOString().slice(0, 10)

/** @returns 0 (Sunday) to 6 (Saturday). */
export const weekdayOf = (date: string): number => new Date(timeOf(date)).getUTCDay()

export interface HijriDate {
  year: number
  /** 1 (Muharram) to 12. */
  month: number
  day: number
}

const hijriFormat = new Intl.DateTimeFormat('en-u-ca-islamic-umalqura-nu-latn', {
  timeZone: 'Asia/Riyadh',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
})
/** Formatting costs 2 µs and the same few dates are told all day. */
const hijriKnown = new Map<string, HijriDate | null>()

/**
 * @returns the Umm al-Qura date, or null outside 1420–1449 AH (April 1999 – May 2028), where ICU's table is known to
 * be wrong for some months: no Hijri date is better than a wrong one.
 */
export const hijriOf = (date: string): HijriDate | null => {
  const known = hijriKnown.get(date)
  if (known !== undefined) return known
  const parts = hijriFormat.formatToParts(timeOf(date) + dayMs / 2 - riyadhMs)
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value)
  const hijri = { year: part('year'), month: part('month'), day: part('day') }
  const result = hijri.year >= 1420 && hijri.year <= 1449 ? hijri : null
  if (hijriKnown.size >= 1_000) hijriKnown.clear()
  hijriKnown.set(date, result)
  return result
}

/**
 * «الثلاثاء ٨ ديسمبر ٢٠٢٦م (٢٨ جمادى الآخرة ١٤٤٨هـ)», "Tuesday 8 December 2026 (28 Jumada II 1448 AH)".
 * English keeps Latin digits. @throws RangeError when it is no calendar date.
 */
export const formatDate = (date: string, { language, style, digits }: DateFormat): string => {
  const time = new Date(timeOf(date))
  const short = `${weekdays[language][time.getUTCDay()]} ${time.getUTCDate()} ${months[language][time.getUTCMonth()]}`
  if (style === 'short') return inDigits(short, language, digits)
  const day = `${short} ${time.getUTCFullYear()}${language === 'ar' ? 'م' : ''}`
  const hijri = style === 'commitment' ? hijriOf(date) : null
  if (hijri === null) return inDigits(day, language, digits)
  const twin = `${hijri.day} ${hijriMonths[language][hijri.month - 1]} ${hijri.year}${language === 'ar' ? 'هـ' : ' AH'}`
  return inDigits(`${day} (${twin})`, language, digits)
}

/** From which hour which word is said: «٨ صباحًا، ١ ظهرًا، ٤ عصرًا، ٧ مساءً، ١١ ليلًا». */
const partsOfDay = [
  [21, 'ليلًا'],
  [18, 'مساءً'],
  [15, 'عصرًا'],
  [12, 'ظهرًا'],
  [6, 'صباحًا'],
  [4, 'فجرًا'],
  [0, 'ليلًا'],
] as const

/** @param minutes since midnight, 0–1439 @returns «٨:٣٠ صباحًا», "8:30 am". */
export const formatTime = (minutes: number, { language, digits }: Pick<DateFormat, 'language' | 'digits'>): string => {
  const hour = Math.floor(minutes / 60)
  const minute = minutes % 60
  const clock = `${hour % 12 === 0 ? 12 : hour % 12}${minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`}`
  const part = language === 'en' ? (hour < 12 ? 'am' : 'pm') : (partsOfDay.find(([from]) => hour >= from)?.[1] ?? '')
  return inDigits(`${clock} ${part}`, language, digits)
}

/**
 * An instant as said at another instant: «اليوم ٤ عصرًا»، «غدًا الأحد ٨ صباحًا»، «الأحد ٢٢ نوفمبر ٨ صباحًا»; the year
 * when it is another one. English: "today 4 pm", "tomorrow, Sunday, 8 am", "Sunday 22 November, 8 am".
 */
export const formatMoment = (instant: string, now: string, format: Pick<DateFormat, 'language' | 'digits'>): string => {
  const date = riyadhDate(instant)
  const today = riyadhDate(now)
  const time = formatTime(riyadhMinutes(instant), format)
  const arabic = format.language === 'ar'
  if (date === today) return `${arabic ? 'اليوم' : 'today'} ${time}`
  if (date === addDays(today, 1)) {
    const weekday = weekdays[format.language][weekdayOf(date)]
    return arabic ? `غدًا ${weekday} ${time}` : `tomorrow, ${weekday}, ${time}`
  }
  const style = date.slice(0, 4) === today.slice(0, 4) ? 'short' : 'day'
  return `${formatDate(date, { ...format, style })}${arabic ? '' : ','} ${time}`
}
