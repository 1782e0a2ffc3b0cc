/**
 * Texts of one language, resolved by i18next (plural, gender, fallback to the neutral form) and kept compiled.
 * i18next never sees a value: it fills the places with marks, and values are put between the marks afterwards,
 * once, so that `{{7*7}}` or `$t(…)` typed by a person stays what it is.
 */
import { createInstance, type i18n } from 'i18next'
import type { Language } from '../core/engine/state.ts'

/** Text with named places, line by line; a line whose place stays empty is left out. */
export interface Template {
  /** Whole text when nothing is to be filled in. */
  plain: string | null
  lines: readonly (readonly Segment[])[]
}
export type Segment = string | { name: string }
export type Gender = 'female' | 'male' | null

// Private-use characters: `clean` takes them out of what people write.
const open = '\ue000'
const close = '\ue001'
const mark = (name: string) => `${open}${name}${close}`

/** A text whose places are marked, cut into lines and segments. */
const compile = (marked: string): Template => {
  if (!marked.includes(open)) return { plain: marked, lines: [] }
  const lines = marked.split('\n').map((line) =>
    line.split(open).flatMap((piece, index): Segment[] => {
      if (index === 0) return piece === '' ? [] : [piece]
      const [name = '', after = ''] = piece.split(close, 2)
      return after === '' ? [{ name }] : [{ name }, after]
    }),
  )
  return { plain: null, lines }
}

/** Compiles a text that is not in the bank (an article's answer). */
export const compileText = (text: string): Template => compile(text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_all, name: string) => mark(name)))

export interface Texts {
  language: Language
  /** @returns null for a key that the bank does not hold. */
  template(key: string, gender: Gender, count: number | null): Template | null
  /** The text as it stands, placeholders and all. */
  raw(key: string): string | null
}

/** Prepares the texts of one language of one release. */
export const openTexts = (language: Language, bank: Readonly<Record<string, string>>): Texts => {
  const engine = startEngine(language, bank)
  const plurals = new Intl.PluralRules(language)
  const compiled = new Map<string, Template>()

  const resolve = (key: string, gender: Gender, count: number | null): Template | null => {
    const options = { ...(gender === null ? {} : { context: gender }), ...(count === null ? {} : { count }) }
    if (!engine.exists(key, options)) return null
    return compile(engine.t(key, { ...options, nest: false, replace: { count: mark('count') } }))
  }

  return {
    language,
    raw: (key) => bank[key] ?? bank[`${key}_other`] ?? null,
    template: (key, gender, count) => {
      const form = count === null ? '' : count === 0 ? '|zero' : `|${plurals.select(count)}`
      const name = gender === null ? key + form : `${key + form}|${gender}`
      const ready = compiled.get(name)
      if (ready) return ready
      const template = resolve(key, gender, count)
      // Only keys of the bank are kept, so that the cache cannot grow beyond it.
      if (template !== null) compiled.set(name, template)
      return template
    },
  }
}

const startEngine = (language: Language, bank: Readonly<Record<string, string>>): i18n => {
  const namespaces: Record<string, Record<string, string>> = {}
  for (const [key, text] of Object.entries(bank)) {
    const at = key.indexOf(':')
    const namespace = key.slice(0, at)
    namespaces[namespace] ??= {}
    // Just made above.
    ;(namespaces[namespace] as Record<string, string>)[key.slice(at + 1)] = text
  }
  const engine = createInstance()
  void engine.init({
    lng: language,
    fallbackLng: false,
    ns: Object.keys(namespaces),
    defaultNS: false,
    resources: { [language]: namespaces },
    keySeparator: false,
    nsSeparator: ':',
    initAsync: false,
    returnNull: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
    missingInterpolationHandler: (_text, match) => mark(String(match[1]).trim()),
  })
  return engine
}
