/** One typed list: a specification for every kind of expectation. */
import type { ExpectationKind } from '../../flow/schema.ts'
import { declaration } from './agreement.ts'
import { choice, yesOrNo } from './choice.ts'
import { document } from './document.ts'
import { nationalId, phone } from './identifiers.ts'
import { money, wholeNumber } from './numbers.ts'
import { rating } from './rating.ts'
import { review } from './review.ts'
import type { ExpectSpec } from './spec.ts'
import { freeText, fullName } from './text.ts'

const specs = {
  choice,
  'yes-no': yesOrNo,
  text: freeText,
  name: fullName,
  'national-id': nationalId,
  phone,
  number: wholeNumber,
  money,
  document,
  review,
  declaration,
  rating,
} as const satisfies { [K in ExpectationKind]: ExpectSpec<K> }

/** By kind. Each spec checks its own node's kind, so that one signature serves all. */
export const expectSpecs = specs as unknown as Record<ExpectationKind, ExpectSpec> // a spec is only ever given nodes of its kind
