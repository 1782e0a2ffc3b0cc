/** Every name a text may hold, with its longest real value: what the checker measures texts at. */
import type { Language } from '../core/engine/state.ts'
import { type ParamSpec, paramSpecs } from './params.ts'
import type { OpenRelease } from './release.ts'
import { readVariable, variableNames } from './variables.ts'

/** A Tuesday far enough ahead for two-digit days. */
const now = '2026-11-24T08:00:00.000Z'

/** @returns null for what the association has not given. */
export const longestValues = (release: OpenRelease, language: Language): Map<string, string | null> => {
  const context = { gender: null, now }
  const ignore = () => undefined
  const values = new Map<string, string | null>()
  for (const name of variableNames(release)) {
    const value = readVariable(release, language, name, now)
    values.set(name, value ? release.speak(language, `association:${name}`, {}, context, ignore).text : null)
  }
  const params = Object.fromEntries(Object.entries(paramSpecs as Record<string, ParamSpec>).map(([name, { longest }]) => [name, longest]))
  for (const [name, param] of Object.entries(params)) values.set(name, release.speakParam(language, param, context, ignore))
  for (const part of release.partNames(language)) values.set(part, release.speak(language, `common:${part}`, params, context, ignore).text)
  return values
}
