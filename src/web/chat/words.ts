/** Words of the page, in the language of the conversation. */
import ar from '../../../locales/ar/web-chat.yaml'
import en from '../../../locales/en/web-chat.yaml'

export type Language = 'ar' | 'en'
export type Words = (key: string, params?: Record<string, string>) => string

// The file is flat, and a test reads it: every value is a text.
const banks = { ar, en } as Record<Language, Record<string, string>>

/** @returns a function from key to text; `{{name}}` is replaced by the parameter of that name. */
export const wordsOf =
  (language: Language): Words =>
  (key, params = {}) =>
    (banks[language][key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => params[name] ?? '')
