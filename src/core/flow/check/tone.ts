/** A rule of tone, as `flows/tone.yaml` holds it: the words are data, the check is here. */
import { z } from 'zod'

const pattern = z.string().refine((source) => {
  try {
    return Boolean(new RegExp(source, 'u'))
  } catch {
    return false
  }
}, 'a regular expression')

export const ToneRule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  language: z.enum(['ar', 'en']).default('ar'),
  /** `neutral`: not in texts for a known gender. `push`: only the first line of what we begin ourselves. */
  scope: z.enum(['all', 'neutral', 'push']).default('all'),
  level: z.enum(['error', 'warning']).default('error'),
  pattern,
  /** The text may hold the pattern if it holds this, too. */
  unless: pattern.optional(),
  /** The text must then hold every one of these. */
  requires: z.array(pattern).default([]),
  why: z.string(),
  instead: z.string().optional(),
  /** A text on which the rule fires: its own test. */
  bad: z.string(),
  /** Texts close by on which it does not. */
  good: z.array(z.string()).default([]),
})
export type ToneRule = z.infer<typeof ToneRule>

const compiled = new Map<string, RegExp>()
/** Patterns are few and texts are many. */
const regexp = (source: string): RegExp => {
  const ready = compiled.get(source) ?? new RegExp(source, 'u')
  compiled.set(source, ready)
  return ready
}

/** @returns why a text breaks a rule, or null. */
export const breaksTone = (rule: ToneRule, text: string): string | null => {
  const found = regexp(rule.pattern).exec(text)
  if (!found) return null
  if (rule.unless !== undefined && regexp(rule.unless).test(text)) return null
  if (rule.requires.length > 0 && rule.requires.every((needed) => regexp(needed).test(text))) return null
  return `${rule.id}: «${found[0].trim()}»: ${rule.why}${rule.instead ? `; instead: ${rule.instead}` : ''}`
}
