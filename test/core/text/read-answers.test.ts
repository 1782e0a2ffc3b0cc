import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arabicDigits } from '../../../src/core/text/normalise.ts'
import { formatMoney, formatNumber } from '../../../src/core/text/numbers.ts'
import { readMoney } from '../../../src/core/text/read-money.ts'
import { readNumber } from '../../../src/core/text/read-number.ts'
import { readOption } from '../../../src/core/text/read-option.ts'
import { readScore } from '../../../src/core/text/read-score.ts'
import { readAgreement, readYesNo, refuses } from '../../../src/core/text/read-yes-no.ts'

const family = { min: 1, max: 30 }

test.each([
  ['٥', { ok: true, value: 5 }],
  ['خمسة', { ok: true, value: 5 }],
  ['٥ أفراد', { ok: true, value: 5 }],
  ['حنا سته', { ok: true, value: 6 }],
  ['سته مع امي', { ok: true, value: 6, confirm: true }],
  ['اثنين', { ok: true, value: 2 }],
  ['ثنين', { ok: true, value: 2 }],
  ['وحده', { ok: true, value: 1 }],
  ['خمسة عشر', { ok: true, value: 15 }],
  ['خمسطعش', { ok: true, value: 15 }],
  ['خمسة وعشرين', { ok: true, value: 25 }],
  ['عشرين', { ok: true, value: 20 }],
  ['seven', { ok: true, value: 7 }],
  ['5️⃣', { ok: true, value: 5 }],
  ['٥٫٠', { ok: true, value: 5 }],
  ['٥ او ٦', { ok: false, reason: 'several' }],
  ['5-6', { ok: false, reason: 'several' }],
  ['خمسة وستة', { ok: false, reason: 'several' }],
  ['2.5', { ok: false, reason: 'fraction' }],
  ['٢٫٥', { ok: false, reason: 'fraction' }],
  ['½', { ok: false, reason: 'fraction' }],
  ['١/٢', { ok: false, reason: 'fraction' }],
  ['خمسة ونص', { ok: false, reason: 'fraction' }],
  ['-5', { ok: false, reason: 'negative' }],
  ['٥٠', { ok: false, reason: 'too-large', details: { value: 50 } }],
  ['صفر', { ok: false, reason: 'too-small', details: { value: 0 } }],
  ['9'.repeat(40), { ok: false, reason: 'too-large', details: { value: 1e40 } }],
  ['1e5', { ok: false, reason: 'not-a-number' }],
  ['0x10', { ok: false, reason: 'not-a-number' }],
  ['NaN', { ok: false, reason: 'not-a-number' }],
  ['كثير', { ok: false, reason: 'not-a-number' }],
  ['', { ok: false, reason: 'not-a-number' }],
])('number %j', (text, expected) => {
  expect(readNumber(text, family)).toEqual(expected)
})

test.each([
  ['٣٬٥٠٠٫٥٠', { ok: true, value: 3500.5 }],
  ['3,500', { ok: true, value: 3500 }],
  ['٣،٥٠٠', { ok: true, value: 3500 }],
  ['3500 ريال', { ok: true, value: 3500 }],
  ['3500ريال شهريا', { ok: true, value: 3500 }],
  ['SAR 3500', { ok: true, value: 3500 }],
  ['٠', { ok: true, value: 0 }],
  ['٣ آلاف', { ok: true, value: 3000, confirm: true }],
  ['ثلاثة آلاف', { ok: true, value: 3000, confirm: true }],
  ['ثلاثة آلاف وخمسمية', { ok: true, value: 3500, confirm: true }],
  ['ثلاثة آلاف ونص', { ok: true, value: 3500, confirm: true }],
  ['الف و ٢٠٠', { ok: true, value: 1200, confirm: true }],
  ['الفين وخمسمية وخمسة وعشرين', { ok: true, value: 2525, confirm: true }],
  ['3.500', { ok: true, value: 3500, confirm: true }],
  ['3 500', { ok: true, value: 3500, confirm: true }],
  ['الضمان ١٢٠٠ بالشهر', { ok: true, value: 1200, confirm: true }],
  ['راتبي ٣٥٠٠ والايجار ١٥٠٠', { ok: false, reason: 'several' }],
  ['خمسمية وميتين', { ok: false, reason: 'several' }],
  ['الف مية', { ok: false, reason: 'several' }],
  ['3500-4000', { ok: false, reason: 'several' }],
  ['بين ٣ و٤ آلاف', { ok: false, reason: 'several' }],
  ['-500', { ok: false, reason: 'negative' }],
  ['2500.555', { ok: false, reason: 'fraction' }],
  ['5000000', { ok: false, reason: 'too-large', details: { value: 5_000_000 } }],
  ['ما عندي دخل', { ok: false, reason: 'not-a-number' }],
])('money %j', (text, expected) => {
  expect(readMoney(text, { max: 1_000_000 })).toEqual(expected)
})

test('what is shown as an amount is read as that amount', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 99_999_999 }), (cents) => {
      const value = cents / 100
      for (const digits of ['arab', 'latn'] as const) {
        expect(readMoney(formatNumber(value, digits), { max: 1e6 })).toMatchObject({ ok: true, value })
        if (value > 2) expect(readMoney(formatMoney(value, 'ar', digits), { max: 1e6 })).toMatchObject({ ok: true, value })
      }
    }),
  )
})

test('no text makes a number that is none', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789٣٥.,٬٫-/ eخمسةآلافوعشرين½k'), maxLength: 30 }), (text) => {
      for (const reading of [readNumber(text, family), readMoney(text, { max: 1e6 })]) {
        if (reading.ok) expect(Number.isFinite(reading.value)).toBe(true)
        else expect(reading.details === undefined || Number.isFinite(reading.details.value)).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ...[
    'نعم',
    'ايه',
    'إي والله',
    'أجل',
    'تمام',
    'طيب',
    'صح',
    '👍',
    '👍🏽',
    '👌',
    '✅',
    'نعممممم',
    'لا مانع',
    'نعم، كل شي صحيح',
    'yes',
    'اوكي',
    '\ufeffنعم',
  ].map((text) => [text, 'yes'] as const),
  ...['لا', 'لأ', 'لااااا', 'مو', 'ما أبي', 'لا شكرا', 'مو صحيح', 'غير صحيح', 'لا، الاسم غلط', 'لا بعدين', '👎', 'no'].map(
    (text) => [text, 'no'] as const,
  ),
  ...[
    'السلام عليكم',
    'لا إله إلا الله',
    'لا اعرف',
    'نعم لا',
    'لا تنسوني',
    '🌹',
    '',
    'خالد',
    'الله يعطيك العافية',
    'شكرا',
    'ملابس',
    '١',
  ].map((text) => [text, null] as const),
])('yes or no: %j', (text, expected) => {
  expect(readYesNo(text)).toBe(expected)
})

test('only the words of agreement agree', () => {
  for (const text of [
    'أوافق',
    'اوافق',
    'موافق',
    'موافقة',
    'موافقه',
    'مواافق',
    'اوافققق',
    'نعم أوافق',
    'نعم موافق',
    'أوافق على الإقرار',
    'I agree',
  ])
    expect(readAgreement(text), text).toBe(true)
  for (const text of [
    'نعم',
    'تمام',
    'اوكي',
    '👍',
    'صح',
    'لا أوافق',
    'ما اوافق',
    'مو موافق',
    'غير موافق',
    'موافق بس عندي سؤال',
    'مرافق',
    'منافق',
    '',
    '١',
  ])
    expect(readAgreement(text), text).toBeNull()
})

test('refusing is said in words', () => {
  for (const text of ['لا أوافق', 'لا اوافق', 'ما اوافق', 'مو موافقة', 'غير موافق', 'لا', 'I do not agree', 'disagree'])
    expect(refuses(text), text).toBe(true)
  for (const text of ['أوافق', 'نعم', 'السلام عليكم', '', 'عندي سؤال']) expect(refuses(text), text).toBe(false)
})

const options = (...labels: string[]): { id: string; n: number; label: string }[] =>
  labels.map((label, at) => ({ id: `o${at + 1}`, n: at + 1, label }))
const menu = options('طلب دعم', 'متابعة طلب', 'سؤال', 'شكوى أو اقتراح', 'التحدث مع موظف')
const housing = options('إيجار', 'ملك', 'عند أهل', 'غير ذلك')
const consent = options('أوافق', 'لا أوافق', 'عندي سؤال')
const correct = options('نعم، صحيح', 'تعديل')
const scale = ['ممتازة', 'جيدة', 'مقبولة', 'ضعيفة', 'سيئة'].map((label, at) => ({ id: `s${5 - at}`, n: 5 - at, label }))

test.each([
  ...['٢', '2', '2.', '٢)', 'اثنين', 'ثنين', 'الثاني', 'ثاني واحد', 'رقم ٢', 'الخيار الثاني', 'الثاني لو سمحت', '٢) متابعة طلب'].map(
    (text) => [menu, text, 'o2'] as const,
  ),
  ...['متابعة طلب', 'متابعه', 'متابعت طلب', 'متابعة الطلب', 'ابغى متابعة طلب'].map((text) => [menu, text, 'o2'] as const),
  ...['دعم', 'طلب دعم', 'اول واحد', 'الأول'].map((text) => [menu, text, 'o1'] as const),
  ...['شكوى', 'شكوي', 'اقتراح', 'شكوي او اقتراح'].map((text) => [menu, text, 'o4'] as const),
  ...['موظف', 'موضف', 'الأخير', 'اخر واحد'].map((text) => [menu, text, 'o5'] as const),
  ...['طلب', 'السلام عليكم', 'لا', '9', '٠', '5 اطفال', 'ما ابي شكوى', 'الجوال', '', '👍', '١ و ٢'].map(
    (text) => [menu, text, null] as const,
  ),
  ...['ايجار', 'مستأجر', 'بالايجار', 'اجار', 'ساكنين بايجار من سنتين'].map((text) => [housing, text, 'o1'] as const),
  ...['ملكي', 'ملك'].map((text) => [housing, text, 'o2'] as const),
  ...['عند اهلي', 'عند الاهل'].map((text) => [housing, text, 'o3'] as const),
  ...['مو ايجار', 'ما ادري', 'فلك'].map((text) => [housing, text, null] as const),
  [housing, 'غير ذالك', 'o4'] as const,
  ...['اوافق', 'موافق'].map((text) => [consent, text, 'o1'] as const),
  ...['لا', 'لا اوافق', 'ما اوافق'].map((text) => [consent, text, 'o2'] as const),
  ...['نعم', 'تمام', '👍', 'السلام عليكم'].map((text) => [consent, text, null] as const),
  ...['ايه', 'صح', '👍', 'صحيح'].map((text) => [correct, text, 'o1'] as const),
  ...['تعديل', 'ابي اعدل'].map((text) => [correct, text, 'o2'] as const),
  ...['ممتاز', 'ممتازه', '٥', 'خمسة'].map((text) => [scale, text, 's5'] as const),
  ...['سيئه', '1'].map((text) => [scale, text, 's1'] as const),
])('option (%#) %j', (shown, text, id) => {
  expect(readOption(text, shown)?.id ?? null).toBe(id)
})

test('how an option was meant', () => {
  expect(readOption('٢', menu)?.how).toBe('number')
  expect(readOption('الثاني', menu)?.how).toBe('ordinal')
  expect(readOption('متابعة', menu)?.how).toBe('words')
})

test('every label finds its own option, every shown number its row, and nothing else is invented', () => {
  const words = ['طلب', 'دعم', 'سكن', 'إيجار', 'ملك', 'موظف', 'سؤال', 'تعديل', 'لاحقًا', 'نعم', 'لا', 'اتصال', 'رسالة']
  const shown = fc.uniqueArray(
    fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }).map((label) => label.join(' ')),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(shown, fc.string({ maxLength: 60 }), (labels, noise) => {
      const rows = options(...labels)
      for (const { id, n, label } of rows) {
        expect(readOption(label, rows)?.id).toBe(id)
        expect(readOption(arabicDigits(String(n)), rows)).toEqual({ id, how: 'number' })
      }
      const found = readOption(noise, rows)
      if (found !== null) expect(rows.map(({ id }) => id)).toContain(found.id)
    }),
  )
})

test.each([
  ...['٥', '5', 'خمسة', '٥ نجوم', '5/5', '٥ من ٥', '⭐⭐⭐⭐⭐', '٥ شكرا لكم'].map((text) => [text, 5] as const),
  ['⭐️⭐️⭐️', 3] as const,
  ...['٠', '6', '10', '10/10', '4.5', '-5', '٣ او ٤', '٥ ايام وانا انتظر', 'ممتازة', '', 'شكرا'].map((text) => [text, null] as const),
])('score %j', (text, score) => {
  expect(readScore(text)).toBe(score)
})
