/** Times as people of an office read them: how long ago, ticking; the exact one on hover. */
import { useSyncExternalStore } from 'react'
import { type Language, localeOf, type Words } from './words.ts'

const minute = 60_000
const zone = 'Asia/Riyadh'

let now = Date.now()
const readers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const follow = (reader: () => void): (() => void) => {
  readers.add(reader)
  // Whoever comes in between two ticks reads the present, not the last tick.
  now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of readers) each()
  }, minute / 2)
  return () => {
    readers.delete(reader)
    if (readers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** @returns the present, in steps of half a minute */
export const useNow = (): number => useSyncExternalStore(follow, () => now)

/** @returns «12 د», «3 س», «2 ي»; null within the first minute */
export const ageOf = (t: Words, at: string, present: number): string | null => {
  const minutes = Math.floor((present - Date.parse(at)) / minute)
  if (minutes < 1) return null
  if (minutes < 60) return t('time.minutes', { n: minutes })
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? t('time.hours', { n: hours }) : t('time.days', { n: Math.floor(hours / 24) })
}

const formats = new Map<string, Intl.DateTimeFormat>()
const format = (language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${language} ${name}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(localeOf(language), { timeZone: zone, ...options })
  formats.set(key, known)
  return known
}

export const clockOf = (language: Language, at: string): string =>
  format(language, 'clock', { hour: '2-digit', minute: '2-digit', hour12: false }).format(Date.parse(at))
export const exactOf = (language: Language, at: string): string =>
  format(language, 'exact', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(Date.parse(at))
export const dateOf = (language: Language, at: string): string =>
  format(language, 'date', { day: 'numeric', month: 'long', year: 'numeric' }).format(Date.parse(at))

/** Day in Riyadh, YYYY-MM-DD: what groups a transcript. */
const dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: zone })
export const dayOf = (at: string | number): string => dayFormat.format(typeof at === 'string' ? Date.parse(at) : at)

export const dayWords = (t: Words, language: Language, at: string, present: number): string => {
  const day = dayOf(at)
  if (day === dayOf(present)) return t('conversation.today')
  if (day === dayOf(present - 24 * 60 * minute)) return t('conversation.yesterday')
  return format(language, 'day', { weekday: 'long', day: 'numeric', month: 'long' }).format(Date.parse(at))
}

/** Time of day today, else the day: what a list shows. */
export const shortOf = (language: Language, at: string, present: number): string =>
  dayOf(at) === dayOf(present)
    ? clockOf(language, at)
    : format(language, 'short', { day: 'numeric', month: 'short' }).format(Date.parse(at))
