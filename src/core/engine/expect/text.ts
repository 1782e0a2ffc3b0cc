import { readName } from '../../text/read-name.ts'
import { shortFormOf } from '../context.ts'
import type { Content } from '../input.ts'
import { answered, type ExpectSpec, failed, noMedia, noOptions, noParams, type Reading } from './spec.ts'

/** A voice note is a valid answer to any free-text question and is kept as that answer. */
const keepVoice = (contents: Content[]): Reading => {
  const voice = contents.find((content) => content.kind === 'voice')
  return voice?.kind === 'voice' && voice.file.id !== null ? answered({ kind: 'voice', file: voice.file.id }) : { kind: 'none' }
}

export const freeText: ExpectSpec<'text'> = {
  about: 'Words as they come, written or spoken.',
  layout: 'list',
  free: true,
  options: noOptions,
  params: noParams,
  read: (_context, _frame, node, { text }) => {
    if (node.expect.kind !== 'text') return { kind: 'none' }
    const said = text.trim()
    if (said.length < node.expect.min) return failed('too-short')
    if (said.length > node.expect.max) return failed('too-long', { max: node.expect.max })
    return answered({ kind: 'text', value: said })
  },
  readMedia: (_context, _frame, _node, contents) => keepVoice(contents),
}

export const fullName: ExpectSpec<'name'> = {
  about: 'A name as the person writes it, in full where a form is declared; never split or judged.',
  layout: 'list',
  free: true,
  options: noOptions,
  params: noParams,
  read: (context, frame, _node, { text }) => {
    const name = readName(text)
    if (!name.ok) return failed(name.reason)
    // One word may be a whole name or «لاحقا»: asked for once more, taken the second time. A short form needs no full one.
    const enough = !name.confirm || frame.tries > 0 || shortFormOf(context, frame.flow) !== null
    return !enough ? failed('too-short') : answered({ kind: 'text', value: name.value })
  },
  readMedia: noMedia,
}
