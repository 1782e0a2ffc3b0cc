/** Releases of flows, texts, policy and knowledge, and the rendering of texts. */
import type { Effect, MessageClass } from '../core/engine/effect.ts'
import type { Understanding } from '../core/engine/input.ts'
import type { Language } from '../core/engine/state.ts'
import type { FlowSet } from '../core/flow/schema.ts'
import type { ReleaseId, Slug } from '../core/ids.ts'
import type { Association } from '../core/policy/association.ts'

export interface Article {
  id: string
  /** Phrasings people use, any spelling. */
  questions: string[]
  answer: Record<Language, string>
  /** Clause (`masakin/14`) or document that says so. */
  source: string
  /** YYYY-MM-DD. */
  reviewed: string
  /** Slots that the answer needs and the association has not given: such an answer is handed over. */
  unfilled: string[]
}

export interface Release {
  id: ReleaseId
  association: Association
  flows: FlowSet
  articles: ReadonlyMap<string, Article>
  /** Text of the bank as it stands (placeholders and all), or null. What option labels are matched against. */
  label(language: Language, key: string): string | null
}

export interface RenderContext {
  gender: 'female' | 'male' | null
  /** ISO instant. */
  now: string
}

/** Text could not be rendered because the association has not filled a slot. */
export interface Unfilled {
  slots: string[]
}

export interface Rendered {
  class: MessageClass
  text: string
  language: Language
  options: { id: string; n: number; label: string }[]
  promptId: string | null
  layout: 'list' | 'scale'
  /** Lines that were dropped because a slot is empty. */
  unfilled: string[]
}

export interface Contents {
  /** @throws DomainError `not-found` for an association that is not imported. */
  current(association: Slug): Release
  /** A pinned release: from memory, else from its snapshot. */
  pinned(association: Slug, id: ReleaseId): Promise<Release>
  /** Merges consecutive `say` effects of one class into messages, in order. */
  render(effects: Effect[], context: RenderContext): Rendered[]
  understand(association: Slug, text: string): Understanding
  associations(): Slug[]
}
