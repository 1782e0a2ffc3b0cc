/** What one message means, computed before the turn and recorded with it. */
import type { Understanding } from '../engine/input.ts'
import { commandOf } from '../text/commands.ts'
import { isSentence, languageOf } from '../text/language.ts'
import { normalise } from '../text/normalise.ts'
import { smalltalkOf } from '../text/smalltalk.ts'
import type { Matcher } from './matcher.ts'

/**
 * @param text cleaned (`core/text/clean.ts`)
 * @param conversation language of the conversation; `language` of the result is set only when the text is a sentence of
 * the other one. Without it, the language of the text when it can be told.
 * @returns a command leaves no candidates: it is obeyed, not searched.
 */
export const understand = (matcher: Matcher, text: string, conversation?: 'ar' | 'en'): Understanding => {
  const normal = normalise(text)
  const { greeting, smalltalk, rest } = smalltalkOf(normal, text)
  const whole = rest === '' || rest.length === text.trim().length
  const restNormal = whole ? normal : normalise(rest)
  // «السلام عليكم ابي موظف»: the command stands behind the greeting.
  const command = commandOf(normal, text) ?? (whole ? null : commandOf(restNormal, rest))
  const spoken = languageOf(normal)
  const language = conversation === undefined ? spoken : spoken !== null && spoken !== conversation && isSentence(normal) ? spoken : null
  // «١», an id, a phone: nothing to look up.
  const asks = command === null && smalltalk === null && /\p{L}/u.test(rest)
  const candidates = asks ? matcher.match(rest) : []
  return { command, greeting, smalltalk, rest, language, candidates, band: matcher.band(candidates), knowledge: matcher.version }
}
