/** From effects to words: digits, plurals, gender, isolates, lines that stay out, and nothing a person types comes alive. */
import { expect, test } from 'vitest'
import { createContents } from '../../src/content/contents.ts'
import { loadContent } from '../../src/content/load-content.ts'
import { openRelease } from '../../src/content/release.ts'
import { releaseId } from '../../src/content/snapshot.ts'
import type { Effect, Param, Params, TextKey } from '../../src/core/engine/effect.ts'
import { ReleaseId, Slug } from '../../src/core/ids.ts'
import { stripIsolates } from '../../src/core/text/bidi.ts'
import { copyContent, shipped } from './copy.ts'

const masakin = Slug.parse('masakin')
const now = '2026-11-24T07:00:00.000Z'
const neutral = { gender: null, now }
const filled = loadContent({ root: shipped, slugs: ['masakin'], useSample: true })
const bare = loadContent({ root: shipped, slugs: ['masakin'], useSample: false })
const noSnapshot = async () => null

interface Said {
  language?: 'ar' | 'en'
  gender?: 'male' | 'female' | null
  releases?: typeof filled
}

const say = (release: ReleaseId, key: TextKey, params: Params = {}, language: 'ar' | 'en' = 'ar'): Effect => ({
  kind: 'say',
  release,
  language,
  key,
  params,
  class: 'reply',
  prompt: null,
})

const speak = (key: TextKey, params: Params = {}, { language = 'ar', gender = null, releases = filled }: Said = {}) => {
  const contents = createContents({ releases, loadSnapshot: noSnapshot })
  const [message] = contents.render([say(contents.current(masakin).id, key, params, language)], { gender, now })
  if (!message) throw new Error('nothing was said')
  return message
}

const number = (value: number): Param => ({ kind: 'number', value })
const quote = (value: string): Param => ({ kind: 'quote', value })

test.each([
  [0, 'لم يصل ملف'],
  [1, 'وصل ملف واحد'],
  [2, 'وصل ملفان'],
  [3, 'وصلت ٣ ملفات'],
  [10, 'وصلت ١٠ ملفات'],
  [11, 'وصل ١١ ملفًا'],
  [99, 'وصل ٩٩ ملفًا'],
  [100, 'وصل ١٠٠ ملف'],
  [101, 'وصل ١٠١ ملف'],
  [103, 'وصلت ١٠٣ ملفات'],
  [1000, 'وصل ١٬٠٠٠ ملف'],
])('%i files', (count, words) => {
  expect(speak('fields:files', { count: number(count) }).text).toBe(words)
})

test('English has its own plurals and keeps Latin digits', () => {
  expect(speak('fields:files', { count: number(0) }, { language: 'en' }).text).toBe('no file yet')
  expect(speak('fields:files', { count: number(1) }, { language: 'en' }).text).toBe('one file received')
  expect(speak('fields:files', { count: number(12) }, { language: 'en' }).text).toBe('12 files received')
})

test('the neutral text is the default, and the form for a gender only where it was chosen', () => {
  expect(speak('support-request:review.pick').text).toBe('أي بيان نعدّل؟')
  expect(speak('support-request:review.pick', {}, { gender: 'male' }).text).toBe('أي بيان تريد تعديله؟')
  expect(speak('support-request:review.pick', {}, { gender: 'female' }).text).toBe('أي بيان تريدين تعديله؟')
  expect(speak('common:goodbye.plain', {}, { gender: 'female' }).text).toBe(speak('common:goodbye.plain').text)
})

test('the submission quotes the policy, says what it means, and names the day', () => {
  const { text } = speak('support-request:submitted.text', {
    reference: { kind: 'identifier', value: 'MSK-1042' },
    notBefore: { kind: 'date', value: '2026-12-08', style: 'commitment' },
  })
  expect(text).toBe(
    [
      'وصلنا طلبك، وشكرًا على وقتك.',
      'رقمه: \u2066MSK-1042\u2069',
      'سيُرفع طلبك إلى لجنة البحث لدراسته، والرد بقبوله أو رفضه «خلال مدة لا تقل عن أسبوعين».',
      'معنى ذلك: الدراسة تأخذ أسبوعين على الأقل، وقد تطول.',
      'لا نتوقع الرد قبل الثلاثاء ٨ ديسمبر ٢٠٢٦م (٢٨ جمادى الآخرة ١٤٤٨هـ).',
      'للسؤال عنه في أي وقت تكفي كلمة «طلبي».',
    ].join('\n'),
  )
})

test.each([
  '{{association.name}}',
  '$t(common:yes)',
  '{{7*7}}',
  '{{ name }} {{reference}}',
  '__proto__',
  '$& $1',
  '\ue000name\ue001',
  '<b>',
])('what a person types stays what it is: %s', (typed) => {
  expect(speak('common:staff.joined', { name: quote(typed) }).text).toBe(`معك الآن \u2068${typed}\u2069 من مساكن.`)
  const fields: Param = { kind: 'fields', rows: [{ label: 'fields:need', value: quote(typed) }] }
  expect(speak('support-request:review.ask', { fields }).text).toContain(`\u2022 الحاجة: \u2068${typed}\u2069`)
})

test('isolates inside what a person typed cannot break out of theirs', () => {
  const { text } = speak('common:staff.joined', { name: quote('\u2069نورة\u202e\u2066') })
  expect(text.match(/[\u2066-\u2068]/g)?.length).toBe(1)
  expect(text.match(/\u2069/g)?.length).toBe(1)
})

test('a read-back has one line a field, and a long story is shortened', () => {
  const story = 'كلمة '.repeat(200)
  const fields: Param = {
    kind: 'fields',
    rows: [
      { label: 'fields:need', value: quote(`${story}\nوسطر`) },
      { label: 'fields:income', value: { kind: 'money', value: 3500 } },
      {
        label: 'fields:national-id',
        value: { kind: 'text', key: 'fields:ends-with', params: { last: { kind: 'identifier', value: '0008' } } },
      },
      { label: 'fields:documents', value: { kind: 'text', key: 'fields:files', params: { count: number(2) } } },
    ],
  }
  const lines = stripIsolates(speak('support-request:review.ask', { fields }).text).split('\n')
  expect(lines).toHaveLength(6)
  expect(lines[1]?.length).toBeLessThan(140)
  expect(lines.slice(2, 5)).toEqual(['• الدخل الشهري: ٣٬٥٠٠ ريال', '• الهوية: تنتهي بـ 0008', '• المستندات: وصل ملفان'])
})

test('lists join as people speak', () => {
  const items: Param[] = ['fields:city', 'fields:family', 'fields:income'].map((key) => ({ kind: 'text', key: key as TextKey }))
  const spoken = (few: Param[], language: 'ar' | 'en') =>
    speak('common:goodbye.with-draft', { count: number(few.length), missing: { kind: 'list', items: few } }, { language }).text
  expect(spoken(items.slice(0, 1), 'ar')).toContain('بيان واحد: المدينة والحي.')
  expect(spoken(items.slice(0, 2), 'ar')).toContain('بيانان: المدينة والحي وأفراد الأسرة.')
  expect(spoken(items, 'ar')).toContain('منها: المدينة والحي، أفراد الأسرة، والدخل الشهري.')
  expect(spoken(items, 'en')).toContain('City and district, Household members and Monthly income.')
})

test('consecutive texts of one class become one message with the last question’s options', () => {
  const contents = createContents({ releases: filled, loadSnapshot: noSnapshot })
  const { id } = contents.current(masakin)
  const asked: Effect = {
    kind: 'say',
    release: id,
    language: 'ar',
    key: 'menu:choose.ask',
    params: {},
    class: 'reply',
    prompt: { id: 'p1', layout: 'list', options: [{ id: 'support', n: 1, label: { kind: 'text', key: 'menu:choose.options.support' } }] },
  }
  const notice: Effect = { ...asked, key: 'common:staff.back-in-queue', class: 'notice', prompt: null }
  const messages = contents.render(
    [
      say(id, 'smalltalk:salam'),
      { kind: 'release', queue: false },
      asked,
      notice,
      { kind: 'say-staff', text: '{{x}} أهلًا' },
      { kind: 'say-staff', text: 'Hello' },
    ],
    neutral,
  )
  expect(messages.map(({ text, options, promptId, language }) => ({ text: text.split('\n')[0], options, promptId, language }))).toEqual([
    { text: 'وعليكم السلام ورحمة الله.', options: [{ id: 'support', n: 1, label: 'طلب دعم' }], promptId: 'p1', language: 'ar' },
    { text: 'أعدنا رسالتك إلى قائمة الزملاء، وهي محفوظة لهم.', options: [], promptId: null, language: 'ar' },
    { text: '{{x}} أهلًا', options: [], promptId: null, language: 'ar' },
    { text: 'Hello', options: [], promptId: null, language: 'en' },
  ])
})

test('an answer and the question after it are set apart', () => {
  const contents = createContents({ releases: filled, loadSnapshot: noSnapshot })
  const { id } = contents.current(masakin)
  const article: Effect = { kind: 'say-article', release: id, language: 'ar', article: 'hours' }
  const [message] = contents.render([article, say(id, 'menu:choose.again')], neutral)
  expect(message?.text).toBe(
    'أوقات الدوام:\nالأحد إلى الخميس: من ٨ صباحًا إلى ٤ عصرًا\nواليوم: من ٨ صباحًا إلى ٤ عصرًا.\nهذه المحادثة متاحة في كل وقت.\n\nأي خيار أقرب إلى ما نخدمك به؟',
  )
  const friday = contents.render([article], { gender: null, now: '2026-11-27T09:00:00.000Z' })
  expect(friday[0]?.text).toContain('واليوم: لا دوام اليوم.')
})

test('a line whose slot is open stays out and is reported; a text of nothing else is empty', () => {
  const without = speak('support-request:conditions.ask', {}, { releases: bare })
  expect(without.text).toBe('ما يحتاجه طلب الدعم:\n• ٩ أسئلة، ويُحفظ كل جواب')
  expect(without.unfilled).toEqual(['slot.conditions', 'slot.documents'])
  expect(speak('association:slot.conditions', {}, { releases: bare })).toMatchObject({ text: '', unfilled: ['slot.conditions'] })
  expect(speak('support-request:conditions.ask').unfilled).toEqual([])
})

test('a day that is not known leaves its line out, and nobody is told', () => {
  expect(speak('support-request:kept.text')).toMatchObject({
    text: 'كما يناسبك. طلبك محفوظ ولم يُرسل.\nللعودة إليه تكفي كلمة «طلبي».',
    unfilled: [],
  })
})

test('roles, titles and phones are said by their own rules', () => {
  const role: Param = { kind: 'text', key: 'association:role.social-research' }
  expect(speak('common:handover.unclear.unknown-hours', { role }).text).toContain('إلى مسؤول البحث الاجتماعي ليشرحه لك.')
  expect(speak('article:documents.title', {}, { language: 'en' }).text).toBe('Documents')
  expect(speak('support-request:phone.saved', { value: { kind: 'identifier', value: '+966500000001' } }).text).toBe(
    'سجّلنا الرقم \u2066050 000 0001\u2069.',
  )
})

test('a missing text or value throws; with a log something safe is said and the log is told', () => {
  expect(() => speak('menu:nowhere.ask')).toThrow('no text menu:nowhere.ask in ar')
  expect(() => speak('common:staff.joined')).toThrow('no value for {{name}}')
  const told: unknown[] = []
  const contents = createContents({ releases: filled, loadSnapshot: noSnapshot, log: (what) => told.push(what) })
  const { id } = contents.current(masakin)
  const [message] = contents.render([say(id, 'menu:nowhere.ask')], neutral)
  expect(message?.text).toBe(speak('common:our-fault').text)
  expect(told).toEqual([{ release: id, language: 'ar', key: 'menu:nowhere.ask', name: null }])
})

test('a release is its content: the same files give the same id, and the snapshot speaks the same words', async () => {
  const [first] = filled
  if (!first) throw new Error('not loaded')
  expect(first.id).toMatch(/^[0-9a-f]{16}$/)
  // A JSON column orders keys by length: order that matters must survive it.
  const column = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(column)
    if (value === null || typeof value !== 'object') return value
    const keys = Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    return Object.fromEntries(keys.map((key) => [key, column((value as Record<string, unknown>)[key])]))
  }
  const kept = column(JSON.parse(JSON.stringify(first.body)))
  const again = openRelease(kept)
  expect(again.id).toBe(first.id)
  expect(Object.keys(again.flows.get('support-request')?.nodes ?? {})).toEqual(Object.keys(first.flows.get('support-request')?.nodes ?? {}))
  const counted = Object.entries(again.flows.get('support-request')?.nodes ?? {}).flatMap(([name, node]) =>
    node.kind === 'ask' && node.counted ? [name] : [],
  )
  expect(counted).toEqual(['name', 'national-id', 'phone', 'city', 'family', 'need', 'housing', 'income', 'documents'])
  const copy = copyContent()
  try {
    const [changed] = loadContent({
      root: copy.edit('locales/ar/menu.yaml', 'كيف نخدمك؟', 'بمَ نخدمك؟').root,
      slugs: ['masakin'],
      useSample: true,
    })
    if (!changed) throw new Error('not loaded')
    expect(changed.id).not.toBe(first.id)
    expect(releaseId(changed.body)).toBe(changed.id)
    // A run that began with the old words goes on with them.
    const contents = createContents({ releases: [changed], loadSnapshot: async (_slug, id) => (id === first.id ? kept : null) })
    expect((await contents.pinned(masakin, first.id)).id).toBe(first.id)
    const [before, after] = [first.id, changed.id].map(
      (id) => contents.render([say(id, 'menu:choose.ask')], neutral)[0]?.text.split('\n')[0],
    )
    expect([before, after]).toEqual(['كيف نخدمك؟', 'بمَ نخدمك؟'])
    await expect(contents.pinned(masakin, ReleaseId.parse('0000000000000000'))).rejects.toMatchObject({ code: 'not-found' })
  } finally {
    copy.drop()
  }
})

test('nobody else’s association is known', () => {
  const contents = createContents({ releases: filled, loadSnapshot: noSnapshot })
  expect(contents.associations()).toEqual([masakin])
  expect(() => contents.current(Slug.parse('nobody'))).toThrow('not imported')
})

test('a message that is no sentence does not change the language', () => {
  const contents = createContents({ releases: filled, loadSnapshot: noSnapshot })
  expect(contents.understand(masakin, 'خالد محمد العتيبي').language).toBeNull()
  expect(contents.understand(masakin, 'PDF').language).toBeNull()
  expect(contents.understand(masakin, 'how long does it take to get an answer').language).toBe('en')
  expect(contents.understand(masakin, 'كم ياخذ الرد على الطلب').candidates[0]).toMatchObject({ kind: 'article', id: 'how-long' })
  expect(contents.understand(masakin, 'ابغى اقدم على دعم').candidates[0]).toMatchObject({ kind: 'flow', id: 'support-request' })
})
