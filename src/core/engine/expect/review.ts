/** Read-back of every answer, and the correction of one. Fields are bullets; only the options are numbered. */
import { maskNationalId } from '../../text/identifiers.ts'
import { readOption } from '../../text/read-option.ts'
import { readYesNo } from '../../text/read-yes-no.ts'
import { answersOf, type Context, releaseOf } from '../context.ts'
import type { Param, TextKey } from '../effect.ts'
import type { Frame } from '../state.ts'
import { type AskNode, answered, type ExpectSpec, failed, noMedia, type Reading } from './spec.ts'

/** Answered fields of the form in the order of the flow. */
const reviewedFields = (context: Context, frame: Frame): { node: string; field: string; label: TextKey }[] => {
  const answers = answersOf(context, frame)
  return Object.entries(releaseOf(context).flows.get(frame.flow)?.nodes ?? {}).flatMap(([id, node]) =>
    node.kind === 'ask' && node.save !== undefined && answers[node.save] !== undefined
      ? [{ node: id, field: node.save, label: `fields:${node.save}` as const }]
      : [],
  )
}

/** An answer as it is read back: identifiers masked, choices in the words that were chosen. */
const showAnswer = (context: Context, frame: Frame, node: string, field: string): Param => {
  const answer = answersOf(context, frame)[field]
  if (!answer) return { kind: 'text', key: 'fields:missing' }
  switch (answer.kind) {
    case 'text':
      return { kind: 'quote', value: answer.value }
    case 'voice':
      return { kind: 'text', key: 'fields:voice' }
    case 'choice':
      return { kind: 'text', key: `${frame.flow}:${node}.options.${answer.value}` }
    case 'number':
      return { kind: 'number', value: answer.value }
    case 'money':
      return answer.value === 0 ? { kind: 'text', key: 'fields:no-income' } : { kind: 'money', value: answer.value }
    case 'national-id':
      return { kind: 'text', key: 'fields:ends-with', params: { last: { kind: 'identifier', value: maskNationalId(answer.value) } } }
    case 'phone':
      return { kind: 'identifier', value: answer.value }
    case 'files':
      return { kind: 'text', key: 'fields:files', params: { count: { kind: 'number', value: answer.files.length } } }
    case 'by-staff':
      return { kind: 'text', key: 'fields:by-staff' }
    default:
      answer satisfies never
      return { kind: 'text', key: 'fields:missing' }
  }
}

const rows = (context: Context, frame: Frame) => {
  const fields = reviewedFields(context, frame)
  const changed = typeof frame.vars.changed === 'string' ? frame.vars.changed.split(' ') : []
  const shown = changed.length > 0 ? fields.filter(({ field }) => changed.includes(field)) : fields
  return shown.map(({ node, field, label }) => ({ label, value: showAnswer(context, frame, node, field) }))
}

/** Node whose field the words name («الدخل غلط»، «عدل الدخل»), when it is only one. */
const namedField = (context: Context, frame: Frame, text: string): string | null => {
  const { language } = context.state
  const labels = reviewedFields(context, frame).map(({ node, label }, index) => ({
    id: node,
    n: index + 101,
    label: releaseOf(context).label(language, label) ?? '',
  }))
  const direct = readOption(text, labels)
  if (direct) return direct.id
  const words = text.split(/\s+/)
  const found = new Set(words.flatMap((word) => (word.length > 2 ? [readOption(word, labels)?.id ?? []].flat() : [])))
  return found.size === 1 ? ([...found][0] ?? null) : null
}

const read = (context: Context, frame: Frame, _node: AskNode, { text, option }: { text: string; option: string | null }): Reading => {
  if (frame.vars.mode === 'pick') return option ? answered(null, `field:${option}`) : pickByWords(context, frame, text)
  if (option === 'yes' || (option === null && readYesNo(text) === 'yes')) return answered(null, 'yes')
  if (option === 'edit') return answered(null, 'edit')
  const named = namedField(context, frame, text)
  if (named) return answered(null, `field:${named}`)
  return readYesNo(text) === 'no' ? answered(null, 'edit') : failed('none')
}

const pickByWords = (context: Context, frame: Frame, text: string): Reading => {
  const named = namedField(context, frame, text)
  return named ? answered(null, `field:${named}`) : failed('none')
}

export const review: ExpectSpec<'review'> = {
  about: 'All answers read back; yes, edit, or the field that is wrong.',
  layout: 'list',
  free: false,
  options: (context, frame) =>
    frame.vars.mode === 'pick'
      ? reviewedFields(context, frame).map(({ node, label }, index) => ({
          id: node,
          n: index + 1,
          label: { kind: 'text', key: label },
        }))
      : [
          { id: 'yes', n: 1, label: { kind: 'text', key: `${frame.flow}:${frame.node}.options.yes` } },
          { id: 'edit', n: 2, label: { kind: 'text', key: `${frame.flow}:${frame.node}.options.edit` } },
        ],
  params: (context, frame) => ({ fields: { kind: 'fields', rows: rows(context, frame) } }),
  read,
  readMedia: noMedia,
}
