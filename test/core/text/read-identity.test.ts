import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPhone, makeReference, maskNationalId, readReference } from '../../../src/core/text/identifiers.ts'
import { luhnDigit } from '../../../src/core/text/luhn.ts'
import { maskCodes } from '../../../src/core/text/mask-codes.ts'
import { arabicDigits } from '../../../src/core/text/normalise.ts'
import { readName } from '../../../src/core/text/read-name.ts'
import { isNationalId, readNationalId } from '../../../src/core/text/read-national-id.ts'
import { readPhone } from '../../../src/core/text/read-phone.ts'

const validId = fc
  .tuple(fc.constantFrom('1', '2'), fc.integer({ min: 0, max: 99_999_999 }))
  .map(([first, rest]) => first + String(rest).padStart(8, '0'))
  .map((nine) => nine + luhnDigit(nine))
const dressed = (digits: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    digits,
    arabicDigits(digits),
    [...digits].map((digit) => String.fromCharCode(0x6f0 + Number(digit))).join(''),
    [...digits].map((digit) => String.fromCodePoint(0x1d7ce + Number(digit))).join(''),
    `${digits.slice(0, 4)} ${digits.slice(4)}`,
    `${digits.slice(0, 1)}-${digits.slice(1, 5)}-${digits.slice(5)}`,
    `\u202b${digits}\u202c`,
    ` ${digits.slice(0, 5)}\u200f${digits.slice(5)}\n`,
  )

test('a valid id is read in every dress, alone and in a sentence', () => {
  fc.assert(
    fc.property(
      validId.chain((id) => fc.tuple(fc.constant(id), dressed(id))),
      ([id, text]) => {
        expect(readNationalId(text)).toEqual({ ok: true, value: id })
        expect(readNationalId(`رقم هويتي ${text} وشكرا`)).toEqual({ ok: true, value: id, confirm: true })
      },
    ),
  )
})

test('one wrong digit is never accepted', () => {
  fc.assert(
    fc.property(validId, fc.nat(9), fc.integer({ min: 1, max: 9 }), (id, at, shift) => {
      const wrong = id.slice(0, at) + String((Number(id[at]) + shift) % 10) + id.slice(at + 1)
      expect(readNationalId(wrong).ok).toBe(false)
    }),
  )
})

test('whatever is read as an id is one', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789١٢-  Oاب.'), maxLength: 40 }), (text) => {
      const reading = readNationalId(text)
      if (reading.ok) expect(isNationalId(reading.value)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['', { ok: false, reason: 'empty' }],
  ['ما اعرف', { ok: false, reason: 'not-a-number' }],
  ['100000000', { ok: false, reason: 'too-short', details: { count: 9 } }],
  ['10000000088', { ok: false, reason: 'too-long', details: { count: 11 } }],
  ['1O00000008', { ok: false, reason: 'too-short', details: { count: 9 } }],
  ['1111111111', { ok: false, reason: 'checksum' }],
  ['3000000004', { ok: false, reason: 'first-digit' }],
  ['0500000001', { ok: false, reason: 'first-digit' }],
  ['7000000009', { ok: false, reason: 'establishment' }],
  ['−١٠٠٠٠٠٠٠٠٨', { ok: false, reason: 'negative' }],
  ['1000000008 او 2000000006', { ok: false, reason: 'several' }],
  ['1000000007 1000000009', { ok: false, reason: 'several' }],
  ['1000000008 1000000008', { ok: true, value: '1000000008', confirm: true }],
  ['هويتي 1000000008 وجوالي 0500000001', { ok: true, value: '1000000008', confirm: true }],
  ['الهوية: - 1000000008', { ok: true, value: '1000000008', confirm: true }],
])('id %j', (text, expected) => {
  expect(readNationalId(text)).toEqual(expected)
})

test.each([
  ['٠٥٠٠٠٠٠٠٠١', { ok: true, value: '+966500000001' }],
  ['۰۵۰ ۰۰۰ ۰۰۰۱', { ok: true, value: '+966500000001' }],
  ['(050) 000-0001', { ok: true, value: '+966500000001' }],
  ['500000001', { ok: true, value: '+966500000001' }],
  ['966500000001', { ok: true, value: '+966500000001' }],
  ['+966 0500000001', { ok: true, value: '+966500000001' }],
  ['\u202a0500000001\u202c', { ok: true, value: '+966500000001' }],
  ['رقمي 0500000001 وشكرا', { ok: true, value: '+966500000001', confirm: true }],
  ['0500000001 0500000002', { ok: false, reason: 'several' }],
  ['050000000', { ok: false, reason: 'too-short' }],
  ['05000000011', { ok: false, reason: 'too-long' }],
  ['937', { ok: false, reason: 'too-short' }],
  ['920000000', { ok: false, reason: 'not-mobile', details: { value: '+966920000000' } }],
  ['ما عندي جوال', { ok: false, reason: 'not-a-number' }],
  ['', { ok: false, reason: 'not-a-number' }],
])('phone %j', (text, expected) => {
  expect(readPhone(text)).toEqual(expected)
})

test.each([
  ['اسمي خالد بن محمد', { ok: true, value: 'خالد بن محمد' }],
  ['الاسم: نورة  سعد.', { ok: true, value: 'نورة سعد' }],
  ['أنا اسمي الكامل هو سعد علي', { ok: true, value: 'سعد علي' }],
  ['my name is Ali Hasan', { ok: true, value: 'Ali Hasan' }],
  ['عبد الرحمن بن عبد الله آل سعود', { ok: true, value: 'عبد الرحمن بن عبد الله آل سعود' }],
  ['اسماء محمد', { ok: true, value: 'اسماء محمد' }],
  ['🌹 نورة سعد 🌹', { ok: true, value: 'نورة سعد' }],
  ['خالد', { ok: true, value: 'خالد', confirm: true }],
  ['انا نورة سعد', { ok: true, value: 'نورة سعد', confirm: true }],
  ['م', { ok: false, reason: 'too-short' }],
  ['؟', { ok: false, reason: 'question' }],
  ['خالد ٥', { ok: false, reason: 'digits' }],
  ['ليش تسألون', { ok: false, reason: 'question' }],
  ['نعم', { ok: false, reason: 'question' }],
  ['ابغى مساعدة', { ok: false, reason: 'question' }],
  ['ا ب ت ث ج ح خ د ذ ر ز س', { ok: false, reason: 'too-long' }],
])('name %j', (text, expected) => {
  expect(readName(text)).toEqual(expected)
})

test('any text is survived by the readers of identity', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      for (const read of [readName, readPhone, readNationalId]) expect(typeof read(text).ok).toBe('boolean')
      expect(maskCodes(text).text.length).toBeLessThanOrEqual(text.length)
    }),
  )
})

test('a reference is its own check', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999_999 }), (number) => {
      const reference = makeReference('MSK', number)
      const digits = reference.slice(4)
      for (const text of [
        reference,
        reference.toLowerCase(),
        arabicDigits(digits),
        `طلبي رقم ${reference} وين صار`,
        `msk ${digits}`,
        `رقم الطلب: ${digits}`,
      ])
        expect(readReference(text, 'MSK')).toBe(reference)
      expect(readReference(reference, 'TKF')).toBeNull()
      expect(readReference(`MSK-${digits.slice(0, -1)}${(Number(digits.at(-1)) + 1) % 10}`, 'MSK')).toBeNull()
    }),
  )
  expect(makeReference('MSK', 104)).toBe('MSK-1040')
  for (const text of ['', 'طلبي', '1000000008', '0500000001', 'MSK-1040 MSK-18', '٥']) expect(readReference(text, 'MSK')).toBeNull()
  expect(() => makeReference('MSK', 0)).toThrow(RangeError)
})

test('identifiers as shown', () => {
  expect(maskNationalId('1000000008')).toBe('0008')
  expect(formatPhone('+966500000001')).toBe('050 000 0001')
  expect(formatPhone('+12025550143')).toBe('+1 202 555 0143')
})

test.each([
  ['بطاقتي 4111 1111 1111 1111 صالحة', 'بطاقتي •••• •••• •••• •••• صالحة', 'card'],
  ['٤١١١١١١١١١١١١١١١', '••••••••••••••••', 'card'],
  ['378282246310005', '•••••••••••••••', 'card'],
  ['رمز التحقق ٤٨٢١', 'رمز التحقق ••••', 'code'],
  ['482133 هذا الرمز اللي وصلني', '•••••• هذا الرمز اللي وصلني', 'code'],
  ['your OTP is 4821', 'your OTP is ••••', 'code'],
  ['4111 1111 1111 1112', '4111 1111 1111 1112', null],
  ['الرمز البريدي 12345', 'الرمز البريدي 12345', null],
  ['هويتي 1000000008 وجوالي 0500000001', 'هويتي 1000000008 وجوالي 0500000001', null],
  ['00966500000007', '00966500000007', null],
  ['SA0380000000608010167519', 'SA0380000000608010167519', null],
  ['طلبي MSK-1040 في ابشر', 'طلبي MSK-1040 في ابشر', null],
  ['راتبي 3500 ريال من ابشر', 'راتبي 3500 ريال من ابشر', null],
  ['الإيجار 15000', 'الإيجار 15000', null],
])('codes in %j', (text, masked, found) => {
  expect(maskCodes(text)).toEqual({ text: masked, found })
})
