/** What the rules look at: one release, its texts in both languages, and where everything stands. */

import type { Language } from '../../engine/state.ts'
import type { Association } from '../../policy/association.ts'
import type { FlowSet } from '../schema.ts'
import type { ToneRule } from './tone.ts'

/** Where something stands in the files. */
export interface Place {
  file: string
  line?: number
}

export interface CheckedArticle {
  id: string
  title: Record<Language, string>
  questions: string[]
  /** Variables without which the answer is none. */
  needs: string[]
  answer: Record<Language, string>
  source: string
}

export interface CheckedRelease {
  association: Association
  flows: FlowSet
  articles: ReadonlyMap<string, CheckedArticle>
  /** Numbers of the clauses that policy.md holds: `7.5`, and `7` for the section. */
  clauses: ReadonlySet<string>
  /** @param part node id and a path below it, or `/` and a property of the flow; of other files, a path below the root. */
  placeOf(kind: 'flow' | 'article' | 'association', id: string, part?: string): Place
}

export interface TextEntry extends Place {
  text: string
}

export interface CheckedTexts {
  /** By language and key (`menu:choose.ask`). */
  entries: Record<Language, ReadonlyMap<string, TextEntry>>
  /** Every name a text may hold in braces, with its longest real value; null where the association has not given one. */
  variables: Record<Language, ReadonlyMap<string, string | null>>
  tone: readonly ToneRule[]
}

export interface Subject {
  release: CheckedRelease
  texts: CheckedTexts
}
