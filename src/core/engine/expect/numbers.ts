import { readMoney } from '../../text/read-money.ts'
import { readNumber } from '../../text/read-number.ts'
import { answered, type ExpectSpec, failed, nodeOptions, noMedia, noOptions, noParams } from './spec.ts'

export const wholeNumber: ExpectSpec<'number'> = {
  about: 'A whole number in digits of any script or in words; an unusual one is read back.',
  layout: 'list',
  free: false,
  options: noOptions,
  params: noParams,
  read: (_context, _frame, node, { text }) => {
    if (node.expect.kind !== 'number') return { kind: 'none' }
    const { min, max, usual } = node.expect
    const read = readNumber(text, { min, max })
    if (!read.ok) return failed(read.reason, { min, max })
    const value = { kind: 'number', value: read.value } as const
    if (!read.confirm && (usual === undefined || read.value <= usual)) return answered(value)
    return {
      kind: 'confirm',
      value,
      of: 'number',
      params: { value: { kind: 'number', value: read.value }, count: { kind: 'number', value: read.value } },
    }
  },
  readMedia: noMedia,
}

/** Riyals. Options such as «لا يوجد دخل» and «أفضّل إخبار الموظف» are answers too. */
export const money: ExpectSpec<'money'> = {
  about: 'An amount in riyals, 0 or more.',
  layout: 'list',
  free: false,
  options: (_context, frame, node) => nodeOptions(frame.flow, frame.node, node.expect.options),
  params: noParams,
  read: (_context, _frame, node, { text, option }) => {
    if (node.expect.kind !== 'money') return { kind: 'none' }
    if (option === 'none') return answered({ kind: 'money', value: 0 }, option)
    if (option === 'by-staff') return answered({ kind: 'by-staff' }, option)
    if (option !== null) return answered({ kind: 'choice', value: option }, option)
    const read = readMoney(text, { max: node.expect.max })
    if (!read.ok) return failed(read.reason)
    const value = { kind: 'money', value: read.value } as const
    return read.confirm ? { kind: 'confirm', value, of: 'money', params: { value: { kind: 'money', value: read.value } } } : answered(value)
  },
  readMedia: noMedia,
}
