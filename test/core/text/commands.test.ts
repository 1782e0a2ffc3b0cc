import { expect, test } from 'vitest'
import { type Command, commands } from '../../../src/core/engine/input.ts'
import { readCommand } from '../../../src/core/text/commands.ts'

const said: Record<Command, readonly string[]> = {
  link: ['متابعة على تيليجرام', 'متابعه على تليجرام', 'المتابعة على الموقع', 'رابط جديد', 'link my chats', 'new link please'],
  unlink: ['فك الربط', 'ابي فك الربط', 'فك الربط لو سمحت', 'إلغاء الربط', 'unlink', 'unlink my chats'],
  human: [
    'موظف',
    'موظفة',
    'موضف',
    'ابي اكلم احد',
    'ابغى اكلم موظف',
    'حولني لموظف',
    'حولني للموظف',
    'ابي احد يرد علي',
    'ممكن موظف لو سمحت',
    'أريد التحدث مع موظف',
    'تكفون ابي موظف',
    'ابغى موظفة',
    'فيه احد؟',
    'وين الموظف',
    'كلمني موظف',
    'I want to talk to a human',
    'agent please',
  ],
  cancel: [
    'إلغاء',
    'الغاء',
    'إلغاااااء',
    'إ\u200bل\u200cغ\u200dا\u2060ء',
    'الغي',
    'ابي الغي الطلب',
    'كنسل',
    'خلاص هونت',
    'ما ابي اكمل',
    'cancel',
    'cancle',
    'cancel please',
  ],
  back: ['رجوع', 'رجووووع', 'ارجع', 'السؤال السابق', 'رجعني للسؤال اللي قبل', 'back'],
  menu: ['القائمة', 'القايمه', 'القائمه الرئيسية', 'ابي القائمة', 'المنيو', 'menu'],
  repeat: ['أعد', 'عيد السؤال', 'كرر', 'وش السؤال', 'وين وصلنا؟', 'ما وصلني السؤال', 'repeat'],
  status: [
    'طلبي',
    'طلبي؟',
    'أين طلبي؟',
    'وين طلبي',
    'وين وصل طلبي',
    'وش صار على طلبي',
    'ايش صار في طلبي',
    'ابي اعرف وش صار على طلبي',
    'وين طلبي الله يسعدك',
    'حالة الطلب',
    'متابعة طلب',
    'هل انقبل طلبي',
    'where is my request?',
  ],
  complaint: ['شكوى', 'شكوي', 'شکوی', 'شكووووى', 'عندي شكوى', 'ابي اشتكي', 'ابغى ارفع شكوى', 'اريد تقديم شكوى', 'complaint'],
  stop: ['إيقاف', 'ايقاف', 'إيقاف الكل', 'ايقاااف', 'لا ترسلون لي', 'وقفوا الرسائل', 'STOP', 'unsubscribe'],
  start: ['ابدأ', 'ابدا', '/start', 'start'],
  arabic: ['العربية', 'عربي', 'بالعربي', 'Arabic'],
  english: ['English', 'english please', 'بالانجليزي', 'انقليزي'],
  'my-data': ['بياناتي', 'بياناتى', 'احذفوا بياناتي', 'my data'],
  'who-are-you': ['من أنتم؟', 'من انتم', 'مين انتو', 'مين معي', 'who are you?'],
  robot: ['أنت روبوت؟', 'انت روبوت', 'هل انت انسان', 'رد آلي؟', 'are you a bot'],
  'not-understood': ['ما فهمت', 'مافهمت', 'ما فهمت عليك', 'مو فاهمة', 'كيف يعني', '؟؟', "I don't understand"],
  goodbye: ['مع السلامة', 'مع السلامه', 'في أمان الله', 'bye'],
}

test.each([
  ['/menu', 'menu'],
  ['/help', 'menu'],
  [' /Status@SilaTestBot ', 'status'],
  ['/human', 'human'],
  ['/back', 'back'],
  ['/cancel@sila_bot', 'cancel'],
  ['/stop', 'stop'],
  ['/english', 'english'],
  ['/arabic', 'arabic'],
  ['/buy@sila_bot', null],
  ['/constructor', null],
  ['/menu now please show it all', null],
] as const)('slash command %j → %s', (text, command) => {
  expect(readCommand(text)).toBe(command)
})

test('every command has its words', () => {
  expect(Object.keys(said).sort()).toEqual([...commands].sort())
})

test.each(Object.entries(said).flatMap(([command, texts]) => texts.map((text) => [text, command] as const)))('%j → %s', (text, command) => {
  expect(readCommand(text)).toBe(command)
})

test.each([
  'انا موظف حكومي',
  'أنا موظف',
  'زوجي موظف',
  'مدير مدرسة',
  'احد',
  'إيقاف الخدمة عني ظلم',
  'أوقاف',
  'ما عندي شكوى',
  'السلام عليكم',
  'متى الرد على طلبي',
  'طلب دعم',
  'ابي اقدم طلب',
  'عندي طلب',
  'عندي سؤال',
  'شكرا',
  'نعم',
  'لا',
  'أبدًا',
  'أبداً',
  'القامة',
  'السائق',
  'خالد',
  'الرياض',
  '٥',
  '',
  '👍',
  'ابي مساعدة',
  'رجعت من السفر',
  'وقفوا الراتب عني',
  'ألغوا اسمي من الكشف السنة الماضية وما عطوني سبب',
  'كلمت الموظف امس وقال ارجع لنا',
  'بياناتي غلط في الطلب وابي اعدلها',
])('%j is no command', (text) => {
  expect(readCommand(text)).toBeNull()
})
