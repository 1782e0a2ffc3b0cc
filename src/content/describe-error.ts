/** Words of refusals: `locales/<language>/errors.yaml`, by code. */
import type { Language } from '../core/engine/state.ts'
import { openFolder } from './folder.ts'
import { readYaml } from './yaml.ts'

/**
 * Reads the error texts below a content root once.
 * @returns what a code means in a language; a code without a text says that something went wrong.
 */
export const readErrorTexts = (root: string): ((code: string, language: Language) => string) => {
  const folder = openFolder(root)
  const read = (language: Language): Record<string, unknown> => {
    const file = `locales/${language}/errors.yaml`
    if (!folder.exists(file)) return {}
    const { value } = readYaml(file, folder.read(file))
    return value === null || typeof value !== 'object' ? {} : (value as Record<string, unknown>) // a YAML mapping
  }
  const texts = { ar: read('ar'), en: read('en') }
  return (code, language) => {
    const text = texts[language][code] ?? texts[language].unexpected ?? texts[language].unavailable
    return typeof text === 'string' ? text : code
  }
}
