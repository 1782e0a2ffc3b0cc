import { readAgreement, readYesNo, refuses } from '../../text/read-yes-no.ts'
import { answered, type ExpectSpec, failed, nodeOptions, noMedia, noParams, yesNo } from './spec.ts'

/** One of the options shown: by press, number, ordinal or words. */
export const choice: ExpectSpec<'choice'> = {
  about: 'One of the options shown.',
  layout: 'list',
  free: false,
  options: (_context, frame, node) => nodeOptions(frame.flow, frame.node, node.expect.options),
  params: noParams,
  read: (_context, _frame, node, { text, option }) => {
    if (option !== null) return answered({ kind: 'choice', value: option }, option)
    const ids = node.expect.kind === 'choice' ? node.expect.options : []
    // Consent takes words of agreement only; a plain «نعم» is not one.
    if (ids.includes('agree')) {
      if (refuses(text)) return answered({ kind: 'choice', value: 'decline' }, 'decline')
      if (readAgreement(text)) return answered({ kind: 'choice', value: 'agree' }, 'agree')
    }
    const said = readYesNo(text)
    if (said === 'yes' && ids.includes('yes')) return answered({ kind: 'choice', value: 'yes' }, 'yes')
    if (said === 'no' && ids.includes('no')) return answered({ kind: 'choice', value: 'no' }, 'no')
    return failed('none')
  },
  readMedia: noMedia,
}

/** نعم / لا, in all their spellings; 👍 counts. */
export const yesOrNo: ExpectSpec<'yes-no'> = {
  about: 'Yes or no.',
  layout: 'list',
  free: false,
  options: yesNo,
  params: noParams,
  read: (_context, _frame, _node, { text, option }) => {
    const said = option === 'yes' || option === 'no' ? option : readYesNo(text)
    return said ? answered({ kind: 'choice', value: said }, said) : failed('none')
  },
  readMedia: noMedia,
}
