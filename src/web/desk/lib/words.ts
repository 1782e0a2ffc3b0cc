/** Words of the desk, from `locales/`. Arabic is in the first bundle; English comes when it is chosen. */
import i18next, { type TFunction } from 'i18next'
import { createContext, use } from 'react'
import desk from '../../../../locales/ar/desk.yaml'
import errors from '../../../../locales/ar/errors.yaml'

export type Language = 'ar' | 'en'
export type Words = TFunction

const kept = 'sila-desk-language'

export const keptLanguage = (): Language => (localStorage.getItem(kept) === 'en' ? 'en' : 'ar')

/** @returns the words of a language, once they are here */
export const loadWords = async (language: Language): Promise<Words> => {
  if (!i18next.isInitialized)
    await i18next.init({
      lng: 'ar',
      fallbackLng: 'ar',
      defaultNS: 'desk',
      resources: { ar: { desk, errors } },
      // React escapes.
      interpolation: { escapeValue: false },
    })
  if (language === 'en' && !i18next.hasResourceBundle('en', 'desk')) {
    const [{ default: deskEn }, { default: errorsEn }] = await Promise.all([
      import('../../../../locales/en/desk.yaml'),
      import('../../../../locales/en/errors.yaml'),
    ])
    i18next.addResourceBundle('en', 'desk', deskEn)
    i18next.addResourceBundle('en', 'errors', errorsEn)
  }
  localStorage.setItem(kept, language)
  document.documentElement.lang = language
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr'
  return i18next.getFixedT(language)
}

export const WordsContext = createContext<{ t: Words; language: Language; setLanguage: (language: Language) => void } | null>(null)

export const useWords = () => {
  const words = use(WordsContext)
  if (words === null) throw new Error('words are not loaded')
  return words
}

/** Latin digits at the desk, Gregorian, in both languages. */
export const localeOf = (language: Language): string => (language === 'ar' ? 'ar-SA-u-ca-gregory-nu-latn' : 'en-GB-u-ca-gregory-nu-latn')

/** What a refusal is called. */
export const refusalWords = (t: Words, code: string): string => t(`errors:${code}`, { defaultValue: t('errors:unavailable') })
