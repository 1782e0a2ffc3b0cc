/** The checker: what must be true of a release before anybody talks to it. One function per rule, one typed list. */
import type { Issue } from './check/issue.ts'
import type { Rule } from './check/rule.ts'
import { articlesComplete } from './check/rules/articles-complete.ts'
import { canEnd } from './check/rules/can-end.ts'
import { destructiveLast } from './check/rules/destructive-last.ts'
import { entries } from './check/rules/entries.ts'
import { formOrder } from './check/rules/form-order.ts'
import { genderVariants } from './check/rules/gender-variants.ts'
import { knownVariables } from './check/rules/known-variables.ts'
import { nodeReferences } from './check/rules/node-references.ts'
import { oneQuestion } from './check/rules/one-question.ts'
import { openSlots } from './check/rules/open-slots.ts'
import { pluralFormsRule } from './check/rules/plural-forms.ts'
import { ratingDescends } from './check/rules/rating-descends.ts'
import { reachable } from './check/rules/reachable.ts'
import { replyPeriod } from './check/rules/reply-period.ts'
import { reworded } from './check/rules/reworded.ts'
import { sameKeys } from './check/rules/same-keys.ts'
import { sensitiveBasis } from './check/rules/sensitive-basis.ts'
import { shortForms } from './check/rules/short-forms.ts'
import { sizes } from './check/rules/sizes.ts'
import { slotLines } from './check/rules/slot-lines.ts'
import { sourcesExist } from './check/rules/sources-exist.ts'
import { systemFlows } from './check/rules/system-flows.ts'
import { textsExist } from './check/rules/texts-exist.ts'
import { tone } from './check/rules/tone.ts'
import { unusedTexts } from './check/rules/unused-texts.ts'
import type { CheckedRelease, CheckedTexts } from './check/subject.ts'

/** In the order in which their findings are read. */
export const rules: readonly Rule[] = [
  systemFlows,
  nodeReferences,
  reachable,
  canEnd,
  formOrder,
  shortForms,
  entries,
  destructiveLast,
  sensitiveBasis,
  sourcesExist,
  replyPeriod,
  textsExist,
  sameKeys,
  knownVariables,
  slotLines,
  pluralFormsRule,
  genderVariants,
  ratingDescends,
  oneQuestion,
  reworded,
  sizes,
  tone,
  articlesComplete,
  unusedTexts,
  openSlots,
]

/**
 * Proves a release. An `error` keeps it from being used; a `warning` is work for the association or a choice for a
 * person. Pure: everything it looks at is in its arguments.
 */
export const checkRelease = (release: CheckedRelease, texts: CheckedTexts): Issue[] =>
  rules.flatMap((rule) => rule.check({ release, texts }).map(({ level = 'error', ...found }) => ({ rule: rule.id, level, ...found })))
