import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitText } from '../../../src/core/text/split.ts'

const limit = 64

test('what fits stays whole', () => {
  expect(splitText('', limit)).toEqual([''])
  expect(splitText('سطر\n\nوسطر', limit)).toEqual(['سطر\n\nوسطر'])
})

test.each([
  ['paragraphs', `${'ا'.repeat(40)}\n\n${'ب'.repeat(40)}`, ['ا'.repeat(40), 'ب'.repeat(40)]],
  ['lines', `${'ا'.repeat(40)}\n${'ب'.repeat(40)}`, ['ا'.repeat(40), 'ب'.repeat(40)]],
  ['sentences', `${'ا'.repeat(30)} ${'ب'.repeat(10)}؟ ${'ت'.repeat(40)}`, [`${'ا'.repeat(30)} ${'ب'.repeat(10)}؟`, 'ت'.repeat(40)]],
  ['words', `${'ا'.repeat(50)} ${'ب'.repeat(50)}`, ['ا'.repeat(50), 'ب'.repeat(50)]],
  ['nothing', 'ا'.repeat(100), ['ا'.repeat(64), 'ا'.repeat(36)]],
])('between %s', (_what, text, parts) => {
  expect(splitText(text, limit)).toEqual(parts)
})

test('a reference in an isolate stays whole, and a letter with its marks and an emoji with its parts', () => {
  const reference = '\u2066MSK-10421 و٢٠٢٦/٤٥\u2069'
  const parts = splitText(`${'ا'.repeat(55)} ${reference} تمام`, limit)
  expect(parts).toEqual(['ا'.repeat(55), `${reference} تمام`])
  const marked = 'مُّ'
  for (const part of splitText(marked.repeat(60), limit)) expect(part.replaceAll(marked, '')).toBe('')
  const family = '👨‍👩‍👧‍👦'
  for (const part of splitText(family.repeat(20), limit)) expect(part.replaceAll(family, '')).toBe('')
})

test('an isolate longer than a message is closed and opened again', () => {
  const parts = splitText(`\u2068${'ا ب '.repeat(50)}\u2069`, limit)
  expect(parts.length).toBeGreaterThan(3)
  for (const part of parts) expect(part.startsWith('\u2068') && part.endsWith('\u2069')).toBe(true)
})

const pieces = fc.constantFrom(
  'ا',
  'كلمة',
  ' ',
  '\n',
  '\n\n',
  '. ',
  '؟ ',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
  '👨‍👩‍👧',
  '\ud83c',
  'مَّ',
  '‏',
  'abc'.repeat(20),
)
const bare = (text: string): string => text.replace(/[\s\u2066-\u2069]+/g, '')
/** Isolates that are closed without being open, and open without being closed. */
const unbalanced = (text: string): { extra: number; open: number } => {
  let open = 0
  let extra = 0
  for (const unit of text) {
    if (/[\u2066-\u2068]/.test(unit)) open += 1
    else if (unit === '\u2069') {
      if (open > 0) open -= 1
      else extra += 1
    }
  }
  return { extra, open }
}

test('of any text nothing is lost, every part fits, no isolate is left open by a cut, no letter is cut in two', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 120 }), fc.integer({ min: 64, max: 200 }), (parts, most) => {
      const text = parts.join('')
      const cut = splitText(text, most)
      expect(bare(cut.join(''))).toBe(bare(text))
      for (const part of cut) expect(part.length).toBeLessThanOrEqual(most)
      if (text.isWellFormed()) for (const part of cut) expect(part.isWellFormed()).toBe(true)
      const whole = unbalanced(text)
      if (whole.extra === 0 && whole.open === 0) for (const part of cut) expect(unbalanced(part)).toEqual({ extra: 0, open: 0 })
    }),
    { numRuns: 400 },
  )
})

test('isolates that are closed stay closed in every part', () => {
  const closed = fc.constantFrom(
    'كلمة ',
    'سطر\n',
    '\u2066MSK-10421\u2069 ',
    '\u2068أم \u2066A-1\u2069 علي\u2069. ',
    `\u2068${'ت ث '.repeat(40)}\u2069`,
  )
  fc.assert(
    fc.property(fc.array(closed, { maxLength: 60 }), fc.integer({ min: 64, max: 200 }), (parts, most) => {
      for (const part of splitText(parts.join(''), most)) {
        expect(unbalanced(part)).toEqual({ extra: 0, open: 0 })
        expect(part.length).toBeLessThanOrEqual(most)
      }
    }),
    { numRuns: 300 },
  )
})
