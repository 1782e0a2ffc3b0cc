/** What rules ask of the bank of texts. */
import type { Language } from '../../engine/state.ts'
import type { CheckedTexts, TextEntry } from './subject.ts'

export const languages = ['ar', 'en'] as const satisfies readonly Language[]

/** Forms that i18next looks up for a count. */
export const pluralForms: Record<Language, readonly string[]> = {
  ar: ['zero', 'one', 'two', 'few', 'many', 'other'],
  en: ['one', 'other'],
}

const suffix = /_(zero|one|two|few|many|other)$/
const gender = /_(male|female)$/

/** `support-request:family.saved_male_few` → its key, gender and plural form. */
export const partsOfKey = (key: string): { key: string; gender: 'male' | 'female' | null; plural: string | null } => {
  const plural = suffix.exec(key)?.[1] ?? null
  const withoutPlural = key.replace(suffix, '')
  const found = gender.exec(withoutPlural)?.[1]
  return { key: withoutPlural.replace(gender, ''), gender: found === 'male' || found === 'female' ? found : null, plural }
}

/** Whether a key has a text for an unknown gender: plain, or in plural forms. */
export const hasText = (texts: CheckedTexts, language: Language, key: string): boolean =>
  texts.entries[language].has(key) || texts.entries[language].has(`${key}_other`)

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g

/** Names in braces. */
export const placesOf = (text: string): string[] =>
  [...text.matchAll(placeholder)].flatMap((found) => (found[1] === undefined ? [] : [found[1]]))

/**
 * The text as the longest person sees it: every place at its longest value. A line whose value the association has
 * not given is left out, as it is when the text is said.
 */
export const atLongest = (texts: CheckedTexts, language: Language, text: string): string =>
  text
    .split('\n')
    .flatMap((line) => {
      let open = false
      const filled = line.replace(placeholder, (_all, name: string) => {
        const value = texts.variables[language].get(name)
        if (value === null) open = true
        return value ?? ''
      })
      return open ? [] : [filled]
    })
    .join('\n')

/** Every entry of a language with its key taken apart. */
export const entriesOf = (texts: CheckedTexts, language: Language): (TextEntry & ReturnType<typeof partsOfKey> & { whole: string })[] =>
  [...texts.entries[language]].map(([whole, entry]) => ({ ...entry, ...partsOfKey(whole), whole }))

/** Texts with which we begin: read on a lock screen. */
export const beginsUnasked = (key: string): boolean =>
  /^(?:status:push\.|reminder:draft|rating:service\.ask)/.test(key) && key !== 'reminder:draft-expired'

/** Labels of options, fields and days: parts of a message, not messages. */
export const isLabel = (key: string): boolean =>
  /\.options\.[a-z0-9-]+$|^fields:|^rating:scale\.|^common:(?:yes|no|this-number|clarify\.other|days|questions|hours\.|reply\.|part\.)/.test(
    key,
  )
