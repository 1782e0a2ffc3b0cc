/** What may stand in a place of a text: the engine's params, and two kinds that only content makes. */
import type { Param, TextKey } from '../core/engine/effect.ts'

type Simple = Exclude<Param, { kind: 'text' | 'list' | 'lines' | 'fields' }>

export type Value =
  | Simple
  /** Words of the association: put in as they stand, without an isolate. */
  | { kind: 'words'; value: string }
  /** Minutes since midnight in Riyadh. */
  | { kind: 'time'; value: number }
  | { kind: 'text'; key: TextKey; params?: Values }
  | { kind: 'list' | 'lines'; items: Value[] }
  | { kind: 'fields'; rows: { label: TextKey; value: Value }[] }

export type Values = Readonly<Record<string, Value>>
