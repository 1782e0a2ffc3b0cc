import { maskNationalId } from '../../text/identifiers.ts'
import { readNationalId } from '../../text/read-national-id.ts'
import { readPhone } from '../../text/read-phone.ts'
import { answered, type ExpectSpec, failed, noMedia, noOptions, noParams } from './spec.ts'

/** Citizen or resident number; taken out of a sentence it is read back masked before it counts. */
export const nationalId: ExpectSpec<'national-id'> = {
  about: 'Saudi national or residence id: ten digits, first 1 or 2, checksum.',
  layout: 'list',
  free: false,
  options: noOptions,
  params: noParams,
  read: (_context, _frame, _node, { text }) => {
    const read = readNationalId(text)
    if (!read.ok) return failed(read.reason, 'details' in read ? read.details : {})
    const value = { kind: 'national-id', value: read.value } as const
    if (!read.confirm) return answered(value)
    return { kind: 'confirm', value, of: 'national-id', params: { last: { kind: 'identifier', value: maskNationalId(read.value) } } }
  },
  readMedia: noMedia,
}

/** A mobile number; «this number» is offered where the channel knows it. */
export const phone: ExpectSpec<'phone'> = {
  about: 'A mobile phone, kept as E.164.',
  layout: 'list',
  free: false,
  options: (context) =>
    context.env.channel.phone ? [{ id: 'this-number', n: 1, label: { kind: 'text', key: 'common:this-number' } }] : [],
  params: noParams,
  read: (context, _frame, _node, { text, option }) => {
    if (option === 'this-number' && context.env.channel.phone) return answered({ kind: 'phone', value: context.env.channel.phone })
    const read = readPhone(text)
    return read.ok ? answered({ kind: 'phone', value: read.value }) : failed(read.reason, 'details' in read ? read.details : {})
  },
  readMedia: noMedia,
}
