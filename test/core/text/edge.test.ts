import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isolate, isolateLtr, stripIsolates } from '../../../src/core/text/bidi.ts'
import { cleanText, maxTextUnits, needsCleaning } from '../../../src/core/text/clean.ts'
import { arabicDigits, foldDigits, normalise } from '../../../src/core/text/normalise.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 200 })
/** Any UTF-16, lone surrogates included. */
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units))

test('cleaning is idempotent, well-formed, NFC and free of what PostgreSQL and readers must not get', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, anyUnits), (raw) => {
      const clean = cleanText(raw)
      expect(cleanText(clean)).toBe(clean)
      expect(clean.isWellFormed()).toBe(true)
      expect(clean.normalize('NFC')).toBe(clean)
      expect(clean).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }),
    { numRuns: 500 },
  )
})

test('cleaning keeps lines, tabs, joiners, marks and flags, and removes hidden tags', () => {
  const england = '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'
  expect(cleanText(`سطر\n\tثانٍ ${england} 👩‍👧 می‌خواهم`)).toBe(`سطر\n\tثانٍ ${england} 👩‍👧 می‌خواهم`)
  expect(cleanText('أ\u{e0041}\u{e0042}ب')).toBe('أب')
  expect(needsCleaning('سلام')).toBe(false)
  expect(needsCleaning('سلا\u202eم')).toBe(true)
})

test('a cut never splits a character', () => {
  const text = cleanText(`${'a'.repeat(maxTextUnits - 1)}😀`)
  expect(text.length).toBe(maxTextUnits - 1)
  expect(text.endsWith('a')).toBe(true)
})

test.each([
  ['أَهْلًا وَسَهْلًا', 'اهلا وسهلا'],
  ['إلى آخره ٱلله', 'الي اخره الله'],
  ['مسؤول، مسئول؛ شيء!', 'مسوول مسيول شي'],
  ['مدرسة ىفىی ک', 'مدرسه يفيي ك'],
  ['كـــبير', 'كبير'],
  ['موااااافق نعمممم', 'موافق نعم'],
  ['مواافق', 'مواافق'],
  ['٠١٢ ۳۴ ５ 𝟔 ०', '012 34 5 6 0'],
  ['100000008', '100000008'],
  ["I don’t KNOW / it's", 'i dont know its'],
  ['  \u200f\u2066سلام\u2069  👋🏽 ', 'سلام'],
  ['ﷲ', 'الله'],
  ['👍', ''],
])('the matching copy of %j', (text, copy) => {
  expect(normalise(text)).toBe(copy)
})

test('the matching copy is stable, one line, single-spaced, and short for any text', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, anyUnits, fc.string({ unit: fc.constantFrom(...'اأبةىكـ ً١2 \n-') })), (text) => {
      const copy = normalise(text)
      expect(copy).toMatch(/^(?:\S+(?: \S+)*)?$/)
      expect(normalise(copy)).toBe(copy)
    }),
    { numRuns: 500 },
  )
  expect(normalise('ﷺ'.repeat(9_000)).length).toBeLessThan(160_000)
})

test('digits fold from every script and back', () => {
  expect(foldDigits('٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 𝟎𝟙𝟨 ０९ ৪ ๙')).toBe('0123456789 0123456789 016 09 4 9')
  fc.assert(
    fc.property(fc.nat(), (value) => {
      expect(foldDigits(arabicDigits(String(value)))).toBe(String(value))
    }),
  )
})

test('isolates wrap once and come off', () => {
  expect(isolateLtr('MSK-1040')).toBe('\u2066MSK-1040\u2069')
  expect(isolateLtr(isolate('MSK-1040'))).toBe('\u2066MSK-1040\u2069')
  fc.assert(
    fc.property(anyText, (text) => {
      expect(stripIsolates(isolate(text))).toBe(stripIsolates(text))
    }),
  )
})
