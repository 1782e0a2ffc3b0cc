import { readAgreement, refuses } from '../../text/read-yes-no.ts'
import { answered, type ExpectSpec, failed, nodeOptions, noMedia, noParams } from './spec.ts'

/** Only «أوافق» and its spellings, the option or its number: «أوكي», 👍 and «نعم» alone do not sign. */
export const declaration: ExpectSpec<'declaration'> = {
  about: 'The declaration: agree, edit or decline.',
  layout: 'list',
  free: false,
  options: (_context, frame) => nodeOptions(frame.flow, frame.node, ['agree', 'edit', 'decline']),
  params: noParams,
  read: (_context, _frame, _node, { text, option }) => {
    if (option !== null) return answered(null, option)
    if (refuses(text)) return answered(null, 'decline')
    return readAgreement(text) ? answered(null, 'agree') : failed('none')
  },
  readMedia: noMedia,
}
