/** What each kind of question shows and accepts. One file a kind; `specs.ts` is the typed list. */
import type { Expectation, ExpectationKind, Node } from '../../flow/schema.ts'
import type { AnswerValue } from '../../requests/request.ts'
import type { Context } from '../context.ts'
import type { OptionShown, Params } from '../effect.ts'
import type { Content } from '../input.ts'
import type { Frame } from '../state.ts'

export type AskNode = Extract<Node, { kind: 'ask' }>

/** How a message reads as an answer. */
export type Reading =
  /** Valid. `option` also routes. */
  | { kind: 'answer'; value: AnswerValue | null; option: string | null }
  /** Valid, but to be read back first: «وصل الرقم، وينتهي بـ 0008. صحيح؟». */
  | { kind: 'confirm'; value: AnswerValue; of: ConfirmKind; params: Params }
  /** Not valid: why, as the last part of `validation:<kind>.<reason>`. */
  | { kind: 'failed'; reason: string; params: Params }
  /** Not an answer of this kind at all (a photo where an id was asked). */
  | { kind: 'none' }

export const confirmKinds = ['national-id', 'number', 'money'] as const
export type ConfirmKind = (typeof confirmKinds)[number]

export interface ExpectSpec<K extends ExpectationKind = ExpectationKind> {
  about: string
  layout: 'list' | 'scale'
  /** Free text is an answer whatever it says: an inquiry interrupts only when it is certain. */
  free: boolean
  options(context: Context, frame: Frame, node: AskNode & { expect: Extract<Expectation, { kind: K }> }): OptionShown[]
  /** Params of the question besides progress. */
  params(context: Context, frame: Frame, node: AskNode): Params
  /** @param option id already resolved by press, number or words; null for plain text. */
  read(context: Context, frame: Frame, node: AskNode, said: { text: string; option: string | null }): Reading
  /** A message that is not text. */
  readMedia(context: Context, frame: Frame, node: AskNode, contents: Content[]): Reading
}

export const noOptions = (): OptionShown[] => []
export const noParams = (): Params => ({})
export const noMedia = (): Reading => ({ kind: 'none' })

export const answered = (value: AnswerValue | null, option: string | null = null): Reading => ({ kind: 'answer', value, option })

/** Options of a node by their ids, numbered from 1. */
export const nodeOptions = (flow: string, node: string, ids: readonly string[]): OptionShown[] =>
  ids.map((id, index) => ({ id, n: index + 1, label: { kind: 'text', key: `${flow}:${node}.options.${id}` } }))

export const yesNo = (): OptionShown[] => [
  { id: 'yes', n: 1, label: { kind: 'text', key: 'common:yes' } },
  { id: 'no', n: 2, label: { kind: 'text', key: 'common:no' } },
]

/** Numbers in the reason's details become params. */
export const failed = (reason: string, details: Record<string, unknown> = {}): Reading => ({
  kind: 'failed',
  reason,
  params: Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) => (typeof value === 'number' ? [[name, { kind: 'number' as const, value }]] : [])),
  ),
})
