/** The language around the conversation, for every part of the page. */
import { createContext, useContext } from 'react'
import { type Language, type Words, wordsOf } from './words.ts'

export interface Settings {
  language: Language
  words: Words
  slug: string
}

export const SettingsContext = createContext<Settings>({ language: 'ar', words: wordsOf('ar'), slug: '' })
export const useSettings = (): Settings => useContext(SettingsContext)
