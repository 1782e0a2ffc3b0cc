/** A message as the answer to the open question. */
import type { AnswerValue } from '../requests/request.ts'
import { readOption } from '../text/read-option.ts'
import { readYesNo } from '../text/read-yes-no.ts'
import { answersOf, type Context, draftOf, nodeAt, releaseOf, say, shortFormOf, topFrame } from './context.ts'
import type { OptionShown, Params, TextKey } from './effect.ts'
import { type AskNode, type Reading, yesNo } from './expect/spec.ts'
import { expectSpecs } from './expect/specs.ts'
import { handOver, queueForStaff } from './hand-over.ts'
import type { Content } from './input.ts'
import { formProgress } from './progress.ts'
import { addAnswers } from './short-form.ts'
import type { Frame } from './state.ts'
import { ask, moveOn } from './walk.ts'

/** Failures in a row after which a way out is offered. */
const triesBeforeOffer = 3

/** Fewer are a slip of the finger, not more of a story. */
const fewestLetters = 4

export interface OpenQuestion {
  frame: Frame
  node: AskNode
}

/** The question of a flow that waits, or null. */
export const openQuestion = (context: Context): OpenQuestion | null => {
  const { run, prompt } = context.state
  if (!run || !prompt) return null
  const frame = topFrame(run)
  const node = nodeAt(context, frame.flow, frame.node)
  return node.kind === 'ask' && prompt.flow === frame.flow && prompt.node === frame.node ? { frame, node } : null
}

/** Options as they stand under the open question, with the words of their labels. */
const shownOptions = (context: Context, question: OpenQuestion): { id: string; n: number; label: string }[] => {
  const { prompt, language } = context.state
  const options = currentOptions(context, question)
  return (prompt?.options ?? []).flatMap(({ id, n }) => {
    const label = options.find((option) => option.id === id)?.label
    const words =
      label?.kind === 'text' ? (releaseOf(context).label(language, label.key) ?? '') : label?.kind === 'quote' ? label.value : ''
    return [{ id, n, label: words }]
  })
}

const offerOptions = (node: AskNode): OptionShown[] =>
  ['retry', ...(node.skippable ? ['skip'] : []), 'human'].map((id, index) => ({
    id,
    n: index + 1,
    label: { kind: 'text', key: `validation:third.options.${id}` },
  }))

const currentOptions = (context: Context, { frame, node }: OpenQuestion): OptionShown[] => {
  if (frame.vars.mode === 'confirm') return yesNo()
  if (frame.vars.mode === 'offer') return offerOptions(node)
  return expectSpecs[node.expect.kind].options(context, frame, node)
}

/**
 * How words read at the open question, without any effect: what the burst window asks, too.
 * @param option id of a pressed option, or null.
 */
export const readAnswer = (context: Context, question: OpenQuestion, text: string, option: string | null): Reading => {
  const { frame, node } = question
  const spec = expectSpecs[node.expect.kind]
  const read = option ?? (node.expect.kind === 'text' ? null : (readOption(text, shownOptions(context, question))?.id ?? null))
  // Only what the question offers now: never an option of a text that stood there before.
  const chosen = read !== null && currentOptions(context, question).some(({ id }) => id === read) ? read : null
  if (frame.vars.mode === 'confirm') {
    const said = chosen ?? readYesNo(text)
    if (said === 'yes') return { kind: 'answer', value: JSON.parse(String(frame.vars.pending)) as AnswerValue, option: null } // written below from an AnswerValue
    if (said === 'no') return { kind: 'failed', reason: 'retry', params: {} }
  }
  if (frame.vars.mode === 'offer' && chosen && offerOptions(node).some(({ id }) => id === chosen)) {
    return { kind: 'answer', value: null, option: `offer:${chosen}` }
  }
  const whole = spec.read(context, frame, node, { text, option: chosen })
  if (whole.kind !== 'failed' || spec.free || !text.includes('\n')) return whole
  // A burst: the line that answers is the answer.
  for (const line of text.split('\n')) {
    const read = spec.read(context, frame, node, { text: line, option: readOption(line, shownOptions(context, question))?.id ?? null })
    if (read.kind === 'answer' || read.kind === 'confirm') return read
  }
  return whole
}

/** @returns false when the media is no answer of this kind. */
export const answerWithMedia = (context: Context, question: OpenQuestion, contents: Content[]): boolean => {
  const { frame, node } = question
  const reading = expectSpecs[node.expect.kind].readMedia(context, frame, node, contents)
  if (reading.kind === 'none') return false
  const voice = reading.kind === 'answer' && reading.value?.kind === 'voice'
  if (voice) {
    say(context, 'validation:media.voice-saved')
    queueForStaff(context, 'voice', 'relations')
  }
  accept(context, question, reading)
  return true
}

/**
 * Carries out a reading: saves and moves on, reads back, or says what is needed.
 * @param said the words that were read, for a question that keeps what is no answer
 */
export const accept = (context: Context, question: OpenQuestion, reading: Reading, said = ''): void => {
  const { frame, node } = question
  switch (reading.kind) {
    case 'answer':
      return acceptAnswer(context, question, reading.value, reading.option)
    case 'confirm':
      frame.vars.mode = 'confirm'
      frame.vars.pending = JSON.stringify(reading.value)
      return reprompt(context, question, `validation:confirm.${reading.of}`, reading.params, yesNo(), true)
    case 'failed':
      if (reading.reason === 'retry') return ask(context, 'again')
      if (keepOtherwise(context, question, said)) return
      return failAnswer(context, question, reading.reason, reading.params)
    case 'none':
      return failAnswer(context, { frame, node }, 'none', {})
    default:
      reading satisfies never
  }
}

const acceptAnswer = (context: Context, question: OpenQuestion, value: AnswerValue | null, option: string | null): void => {
  const { frame, node } = question
  if (option?.startsWith('offer:')) return takeOffer(context, question, option.slice(6))
  if (node.expect.kind === 'review') return answerReview(context, frame, node, option ?? 'yes')
  const request = draftOf(context)
  if (value && node.expect.kind === 'rating' && request) {
    frame.vars[node.expect.dimension] = 'value' in value ? Number(value.value) : 0
    context.effects.push({ kind: 'rate', request, dimension: node.expect.dimension, score: 'value' in value ? Number(value.value) : 0 })
  } else if (value && node.save !== undefined) saveAnswer(context, frame, node.save, value)
  // What was just read back, or is about to be, is not acknowledged once more.
  if (frame.vars.mode !== 'confirm' && frame.returnTo === null) acknowledge(context, frame, value)
  moveOn(context, frame, node, option)
}

/** Who tells more instead of choosing is heard: the words join what was filed. @returns false where nothing is kept. */
const keepOtherwise = (context: Context, { frame, node }: OpenQuestion, said: string): boolean => {
  const words = said.trim()
  if (node.otherwise === undefined || words.length < fewestLetters) return false
  const answers = answersOf(context, frame)
  const before = answers[node.otherwise]
  answers[node.otherwise] = { kind: 'text', value: before?.kind === 'text' ? `${before.value}\n${words}` : words }
  if (addAnswers(context, frame) !== 'added') return false
  say(context, `${frame.flow}:${frame.node}.heard`)
  ask(context, 'again')
  return true
}

const saveAnswer = (context: Context, frame: Frame, field: string, value: AnswerValue): void => {
  const short = shortFormOf(context, frame.flow) !== null
  const request = draftOf(context)
  if (!short && !request) return
  const form = releaseOf(context).flows.get(frame.flow)?.form
  if (!short && !form) {
    if (request && value.kind === 'text') context.effects.push({ kind: 'rating-comment', request, comment: value.value })
    return
  }
  const answers = answersOf(context, frame)
  const before = answers[field]
  answers[field] = value
  if (!short && request) context.effects.push({ kind: 'save-answer', request, field, value })
  if (frame.returnTo !== null && JSON.stringify(before) !== JSON.stringify(value)) {
    const changed = typeof frame.vars.changed === 'string' ? frame.vars.changed.split(' ') : []
    frame.vars.changed = [...new Set([...changed, field])].join(' ')
  }
}

/** «سجّلنا ٦ أفراد.» before the next question, where the flow has such a text. */
const acknowledge = (context: Context, frame: Frame, value: AnswerValue | null): void => {
  const key: TextKey = `${frame.flow}:${frame.node}.saved`
  const plain = releaseOf(context).label(context.state.language, key) ?? releaseOf(context).label(context.state.language, `${key}_other`)
  if (plain === null || !value || (value.kind === 'money' && value.value === 0)) return
  const params: Params = {}
  if (value.kind === 'number') {
    params.value = { kind: 'number', value: value.value }
    params.count = { kind: 'number', value: value.value }
  } else if (value.kind === 'money') params.value = { kind: 'money', value: value.value }
  else if (value.kind === 'national-id') params.last = { kind: 'identifier', value: value.value.slice(-4) }
  else if (value.kind === 'files') params.count = { kind: 'number', value: value.files.length }
  else if (value.kind === 'phone') params.value = { kind: 'identifier', value: value.value }
  else if (value.kind === 'by-staff' || value.kind === 'voice') return
  say(context, key, params)
}

const answerReview = (context: Context, frame: Frame, node: AskNode, option: string): void => {
  if (option === 'yes') {
    delete frame.vars.changed
    return moveOn(context, frame, node, null)
  }
  if (option === 'edit') {
    frame.vars.mode = 'pick'
    const question = { frame, node }
    return reprompt(context, question, `${frame.flow}:${frame.node}.pick`, {}, expectSpecs.review.options(context, frame, node))
  }
  const field = option.slice('field:'.length)
  delete frame.vars.mode
  frame.returnTo = frame.node
  frame.node = field
  frame.tries = 0
  ask(context, 'ask')
}

const takeOffer = (context: Context, { frame, node }: OpenQuestion, offer: string): void => {
  if (offer === 'skip' && node.save !== undefined) {
    saveAnswer(context, frame, node.save, { kind: 'by-staff' })
    return moveOn(context, frame, node, null)
  }
  delete frame.vars.mode
  frame.tries = 0
  if (offer === 'human') handOver(context, 'field-by-staff', 'relations')
  // The question is open again with its own options, also while a person is waited for.
  ask(context, 'again')
}

/** Every failure says something new: what arrived, other words, then a way out. */
const failAnswer = (context: Context, question: OpenQuestion, reason: string, params: Params): void => {
  const { frame, node } = question
  frame.tries += 1
  if (frame.tries >= triesBeforeOffer) {
    frame.vars.mode = 'offer'
    return reprompt(context, question, 'validation:third.ask', formProgress(context), offerOptions(node))
  }
  const base = reason.startsWith('file.') ? `validation:${reason}` : `validation:${node.expect.kind}.${reason}`
  const again = `${base}-again`
  const known = (key: string) => releaseOf(context).label(context.state.language, key) !== null
  const key = frame.tries > 1 && known(again) ? again : base
  reprompt(context, question, key as TextKey, params, currentOptions(context, question))
}

/** The same question stays open under another text. @param other it is about another reading than the one before */
const reprompt = (
  context: Context,
  { frame, node }: OpenQuestion,
  key: TextKey,
  params: Params,
  options: OptionShown[],
  other = false,
): void =>
  say(
    context,
    key,
    { ...params, ...formProgress(context) },
    { flow: frame.flow, node: frame.node, options, layout: expectSpecs[node.expect.kind].layout, ...(other && { other }) },
  )
