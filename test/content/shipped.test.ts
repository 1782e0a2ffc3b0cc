/** What ships: no finding, no rule of tone that is asleep, and no word promised that nothing answers to. */
import { expect, test } from 'vitest'
import { checkContent } from '../../src/content/check-content.ts'
import { loadContent } from '../../src/content/load-content.ts'
import { breaksTone } from '../../src/core/flow/check/tone.ts'
import { rules } from '../../src/core/flow/check.ts'
import { buildMatcher } from '../../src/core/knowledge/matcher.ts'
import { readCommand } from '../../src/core/text/commands.ts'
import { readAgreement, readYesNo } from '../../src/core/text/read-yes-no.ts'
import { shipped } from './copy.ts'

const [masakin] = loadContent({ root: shipped, slugs: ['masakin'], useSample: true })
if (!masakin) throw new Error('masakin did not load')
const { texts } = masakin.subject

test('the shipped content has no error, and every warning is an open slot', () => {
  const issues = checkContent(shipped)
  expect(issues.filter(({ level }) => level === 'error')).toEqual([])
  expect([...new Set(issues.map(({ rule }) => rule))]).toEqual(['open-slots'])
  expect(issues.length).toBeGreaterThan(15)
})

test('rules have unique ids and say what they prove', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  for (const { about } of rules) expect(about.length).toBeGreaterThan(20)
})

test.each(texts.tone.map((rule) => [rule.id, rule] as const))('tone: %s fires on its bad sample and not on the good ones', (_id, rule) => {
  expect(breaksTone(rule, rule.bad)).not.toBeNull()
  for (const good of rule.good) expect(breaksTone(rule, good)).toBeNull()
})

test('a word that a text puts into a person’s mouth does what the text says', () => {
  const flows = buildMatcher(
    [...masakin.flows.values()].map(({ flow, opens }) => ({ kind: 'flow' as const, id: flow, phrasings: opens })),
    'test',
  )
  const answers = (word: string): boolean => {
    if (readCommand(word) !== null || readAgreement(word) || readYesNo(word) !== null) return true
    return ['answer', 'certain'].includes(flows.band(flows.match(word)))
  }
  const taught = new Set<string>()
  for (const { text } of texts.entries.ar.values()) {
    for (const found of text.matchAll(/كلمة «([^»]+)»|مثل «([^»]+)»|بكلمة «([^»]+)»|وللعودة: «([^»]+)»/g))
      taught.add(found.slice(1).find(Boolean) ?? '')
  }
  for (const { text } of texts.entries.en.values()) {
    for (const found of text.matchAll(/words? “([^”]+)”|with “([^”]+)”|such as “([^”]+)”|To return: “([^”]+)”/g))
      taught.add(found.slice(1).find(Boolean) ?? '')
  }
  // Read by their own question: a review, an unasked photo.
  const elsewhere = ['مستند لطلبي', 'سؤال', 'document', 'question', 'خمسة', 'five', 'الدخل', 'income', 'صحيح']
  expect(taught.size).toBeGreaterThan(12)
  expect([...taught].filter((word) => !elsewhere.includes(word) && !answers(word))).toEqual([])
})

test('every courtesy, stage and failure has different words for the first and the second time', () => {
  const keys = [...texts.entries.ar.keys()].filter((key) => key.endsWith('-again'))
  expect(keys.length).toBeGreaterThan(40)
  for (const key of keys) expect(texts.entries.ar.get(key)?.text).not.toBe(texts.entries.ar.get(key.slice(0, -6))?.text)
})

test('the policy is quoted as it stands, and what it does not say is not said', () => {
  const [bare] = loadContent({ root: shipped, slugs: ['masakin'], useSample: false })
  expect(bare?.sample).toBe(false)
  expect(bare?.association).toMatchObject({ licence: null, hours: null, draftDays: null })
  expect(bare?.association.reply).toMatchObject({ quote: { ar: 'خلال مدة لا تقل عن أسبوعين' }, min: { count: 2, unit: 'week' }, max: null })
  expect(Object.values(bare?.association.slots ?? {}).every((slot) => slot === null)).toBe(true)
  const sentences = JSON.stringify(bare?.body)
  for (const name of ['أنفال', 'المسند', 'التميمي', 'السويدي']) expect(sentences).not.toContain(name)
})

test('an article whose fact is open is handed over, and answers when the fact is there', () => {
  const [bare] = loadContent({ root: shipped, slugs: ['masakin'], useSample: false })
  expect(bare?.articles.get('documents')?.unfilled).toEqual(['slot.documents'])
  expect(bare?.articles.get('hours')?.unfilled).toEqual(['hours.week'])
  expect(bare?.articles.get('how-long')?.unfilled).toEqual([])
  expect([...masakin.articles.values()].flatMap(({ unfilled }) => unfilled)).toEqual([])
})
