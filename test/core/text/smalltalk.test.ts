import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { detectLanguage } from '../../../src/core/text/language.ts'
import { readSmalltalk } from '../../../src/core/text/smalltalk.ts'
import { greetingIds, smalltalkIds, withoutReply } from '../../../src/core/text/smalltalk-ids.ts'

test.each([
  ['السلام عليكم', 'salam', null, ''],
  ['سلام عليكم', 'salam', null, ''],
  ['السلام عليكم ورحمة الله وبركاته', 'salam-full', null, ''],
  ['السَّلامُ عليكُم: عندي طلب (مهم)', 'salam', null, 'عندي طلب (مهم)'],
  ['السلام عليكم ورحمة الله، كيف حالكم؟ ابغى أقدّم على دعم للسكن', 'salam-full', null, 'ابغى أقدّم على دعم للسكن'],
  ['صباح الخير متى دوامكم؟', 'morning', null, 'متى دوامكم؟'],
  ['مساء الخير', 'evening', null, ''],
  ['هلاااا والله', 'marhaba', null, ''],
  ['مرحباا', 'marhaba', null, ''],
  ['كيفكم', 'how-are-you', null, ''],
  ['الله يعطيكم العافية', null, 'afiya', ''],
  ['الله يعطيكم العافية متى الرد؟', 'afiya', null, 'متى الرد؟'],
  ['السلام عليكم شكرا لكم', 'salam', 'thanks', ''],
  ['شكرا', null, 'thanks', ''],
  ['مشكور يا اخوي', null, 'thanks', ''],
  ['ما قصرتوا والله', null, 'thanks', ''],
  ['جزاكم الله خير', null, 'jazak', ''],
  ['تسلمون', null, 'taslam', ''],
  ['بارك الله فيكم', null, 'barak', ''],
  ['الله يسعدكم ويوفقكم', null, 'tawfiq', ''],
  ['الله يجعله في ميزان حسناتكم', null, 'mizan', ''],
  ['رحم الله والديكم', null, 'rahim', ''],
  ['ادعوا لي بالشفاء', null, 'shifa', ''],
  ['رمضان مبارك', null, 'ramadan', ''],
  ['كل عام وأنتم بخير متى تفتحون', 'eid', null, 'متى تفتحون'],
  ['جمعة مباركة', null, 'jumua', ''],
  ['آمين', null, 'amen', ''],
  ['مع السلامة', null, 'farewell', ''],
  ['🌹🌹', null, 'flower', ''],
  ['🙏🏻', null, 'flower', ''],
  ['حسبي الله ونعم الوكيل', null, 'grievance-dua', ''],
  ['الله بيني وبينكم', null, 'grievance-dua', ''],
  ['شكرا حسبي الله عليكم', null, 'grievance-dua', ''],
  ['إنا لله وإنا إليه راجعون', null, 'sorrow-dua', ''],
  ['وعليكم السلام نعم وصلتني', null, null, 'نعم وصلتني'],
  ['Hello, I want to ask about help', 'hello', null, 'I want to ask about help'],
  ['هلا محمد العتيبي', null, null, 'هلا محمد العتيبي'],
  ['سلامة البيت', null, null, 'سلامة البيت'],
  ['حسبي الله عليكم ما تردون على الناس', null, null, 'حسبي الله عليكم ما تردون على الناس'],
  ['شكرا متى الرد', null, null, 'شكرا متى الرد'],
  ['👍', null, null, '👍'],
  ['', null, null, ''],
])('%j', (text, greeting, smalltalk, rest) => {
  expect(readSmalltalk(text)).toEqual({ greeting, smalltalk, rest })
})

test('each courtesy that is answered has its words in both languages', () => {
  for (const language of ['ar', 'en']) {
    const texts: unknown = parse(readFileSync(new URL(`../../../locales/${language}/smalltalk.yaml`, import.meta.url), 'utf8'))
    const answered = [...greetingIds, ...smalltalkIds].filter((id) => !withoutReply.includes(id))
    for (const id of answered) expect(texts, language).toHaveProperty(id)
  }
})

test.each([
  ['I want to ask about help', 'en'],
  ['how long does it take first', 'en'],
  ['where is my request', 'en'],
  ['ابي دعم', 'ar'],
  ['نعم', 'ar'],
  ['slm abi adri wsh sar 3la 6alabi', null],
  ['Mary Anne Smith', null],
  ['WhatsApp Web app', null],
  ['ok', null],
  ['١٢٣', null],
  ['👍', null],
  ['', null],
])('the language of %j', (text, language) => {
  expect(detectLanguage(text)).toBe(language)
})
