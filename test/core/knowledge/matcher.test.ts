import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { bands } from '../../../src/core/knowledge/calibration.ts'
import { buildMatcher, type KnowledgeEntry } from '../../../src/core/knowledge/matcher.ts'
import { understand } from '../../../src/core/knowledge/understand.ts'

const root = new URL('../../../', import.meta.url)
const Article = z.object({ id: z.string(), questions: z.array(z.string()) })
const FlowFile = z.object({ flow: z.string(), opens: z.array(z.string()).default([]) })

/** What masakin ships: its articles, and the flows that phrases open. */
const shipped = (): KnowledgeEntry[] => {
  const folder = new URL('flows/associations/masakin/knowledge/', root)
  const articles = readdirSync(folder).map((file) => {
    const { id, questions } = Article.parse(parse(readFileSync(new URL(file, folder), 'utf8').split('---')[1] ?? ''))
    return { kind: 'article' as const, id, phrasings: questions }
  })
  const flows = [
    'flows/support/support-request.yaml',
    'flows/account/status.yaml',
    'flows/follower/volunteer.yaml',
    'flows/follower/suggestion.yaml',
    'flows/complaint/complaint.yaml',
  ].map((file) => {
    const { flow, opens } = FlowFile.parse(parse(readFileSync(new URL(file, root), 'utf8')))
    return { kind: 'flow' as const, id: flow, phrasings: opens }
  })
  return [...articles, ...flows]
}

const entries = shipped()
const matcher = buildMatcher(entries, 'test')
const Sentence = z.object({ text: z.string(), want: z.string().nullable() })
const sentences = readFileSync(new URL('./calibration.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Sentence.parse(JSON.parse(line)))

test('calibration: dialect never seen by the fit, and sentences that ask for nothing here', () => {
  const rows = sentences.map(({ text, want }) => {
    const candidates = matcher.match(text)
    return { text, want, best: candidates[0]?.id ?? null, three: candidates.map(({ id }) => id), score: candidates[0]?.score ?? 0 }
  })
  const inside = rows.filter(({ want }) => want !== null)
  const outside = rows.filter(({ want }) => want === null)
  expect(inside.length).toBeGreaterThanOrEqual(40)
  expect(outside.length).toBeGreaterThanOrEqual(40)
  for (const { want, text } of inside)
    expect(
      entries.map(({ id }) => id),
      `no such entry, asked by «${text}»`,
    ).toContain(want)
  const top1 = inside.filter(({ best, want }) => best === want).length / inside.length
  const top3 = inside.filter(({ three, want }) => want !== null && three.includes(want)).length / inside.length
  const at = Object.entries(bands).map(([band, least]) => {
    const reached = rows.filter(({ score }) => score >= least)
    const right = reached.filter(({ best, want }) => best === want).length
    return {
      band,
      least,
      coverage: right / inside.length,
      precision: right / Math.max(1, reached.length),
      outside: reached.filter(({ want }) => want === null).length,
    }
  })
  console.info(`in scope ${inside.length}, out ${outside.length}; top-1 ${top1.toFixed(3)}, top-3 ${top3.toFixed(3)}`)
  console.table(at)
  const [certain, answer, clarify] = at
  expect(top1).toBeGreaterThanOrEqual(0.75)
  expect(top3).toBeGreaterThanOrEqual(0.85)
  expect(answer?.precision).toBeGreaterThanOrEqual(0.88)
  expect(answer?.coverage).toBeGreaterThanOrEqual(0.38)
  expect(clarify?.coverage).toBeGreaterThanOrEqual(0.55)
  expect(certain?.outside).toBe(0)
  expect(answer?.outside).toBeLessThanOrEqual(1)
  expect(clarify?.outside).toBeLessThanOrEqual(4)
})

test('a phrasing finds its own entry, whatever its spelling', () => {
  let right = 0
  let all = 0
  for (const { id, phrasings } of entries)
    for (const phrasing of phrasings) {
      all += 1
      if (matcher.match(phrasing.replaceAll('ة', 'ه').replaceAll('أ', 'ا'))[0]?.id === id) right += 1
    }
  expect(right / all).toBeGreaterThanOrEqual(0.97)
})

test('a story that names what we help with is never certain', () => {
  for (const story of [
    'زوجي متوفي وعندي خمس عيال وساكنين بالايجار والراتب ما يكفي والمؤجر يطالبنا',
    'راتبي ثلاثة الاف والايجار عشرين الف بالسنة وما قدرت ادفع',
    'البيت قديم والسقف يسرب والاثاث خربان',
    'هذي صورة العقد',
  ])
    expect(matcher.match(story)[0]?.score ?? 0, story).toBeLessThan(bands.certain)
})

test('candidates are at most three, distinct, in order and within 0–1; the same text gives the same', () => {
  for (const { text } of sentences) {
    const candidates = matcher.match(text)
    expect(candidates.length).toBeLessThanOrEqual(3)
    expect(new Set(candidates.map(({ id }) => id)).size).toBe(candidates.length)
    expect(candidates.map(({ score }) => score)).toEqual(candidates.map(({ score }) => score).toSorted((a, b) => b - a))
    for (const { score } of candidates) expect(score >= 0 && score <= 1).toBe(true)
    expect(matcher.match(text)).toEqual(candidates)
  }
})

test('nothing known, nothing found', () => {
  for (const text of ['', '👍', '١٢٣', 'ضصثق']) expect(matcher.band(matcher.match(text))).toBe('none')
  expect(buildMatcher([], 'empty').match('متى دوامكم')).toEqual([])
  expect(buildMatcher([{ kind: 'article', id: 'a', phrasings: [] }], 'bare').match('متى دوامكم')).toEqual([])
})

test('understanding puts the pieces together', () => {
  const of = (text: string, language?: 'ar' | 'en') => understand(matcher, text, language)
  expect(of('السلام عليكم، متى تفتحون؟')).toMatchObject({
    command: null,
    greeting: 'salam',
    smalltalk: null,
    rest: 'متى تفتحون؟',
    knowledge: 'test',
    candidates: [{ kind: 'article', id: 'hours' }, {}, {}],
  })
  expect(of('السلام عليكم ابي موظف', 'ar')).toMatchObject({
    command: 'human',
    greeting: 'salam',
    candidates: [],
    band: 'none',
    language: null,
  })
  expect(of('جزاكم الله خير', 'ar')).toMatchObject({
    command: null,
    greeting: null,
    smalltalk: 'jazak',
    rest: '',
    candidates: [],
    band: 'none',
  })
  expect(of('حسبي الله ونعم الوكيل', 'ar')).toMatchObject({ smalltalk: 'grievance-dua', candidates: [] })
  expect(of('طلبي', 'ar').command).toBe('status')
  expect(of('what documents do I need', 'ar')).toMatchObject({ language: 'en', candidates: [{ id: 'documents' }, {}, {}], band: 'certain' })
  expect(of('وش الأوراق المطلوبة', 'en')).toMatchObject({ language: 'ar' })
  // A name in the other script switches no language.
  expect(of('نورة سعد القحطاني', 'en').language).toBeNull()
  expect(of('ok', 'ar').language).toBeNull()
})

test('understanding costs no more than the turn can bear', () => {
  const texts = [...sentences.map(({ text }) => text), 'السلام عليكم', '١', 'نعم', 'موظف', 'خالد بن محمد', '1000000008']
  for (let round = 0; round < 20; round += 1) for (const text of texts) understand(matcher, text, 'ar')
  const times: number[] = []
  for (let round = 0; round < 10; round += 1)
    for (const text of texts) {
      const start = performance.now()
      understand(matcher, text, 'ar')
      times.push((performance.now() - start) * 1_000)
    }
  times.sort((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)] ?? 0
  const p95 = times[Math.floor(times.length * 0.95)] ?? 0
  console.info(`understand: median ${median.toFixed(0)} µs, p95 ${p95.toFixed(0)} µs`)
  // 25 and 48 µs on an idle machine; the limits leave room for a busy one.
  expect(median).toBeLessThan(150)
  expect(p95).toBeLessThan(1_000)
  const long = `ابي اعرف ${'وش صار على الدعم حق السكن '.repeat(2_500)}`
  const start = performance.now()
  understand(matcher, long, 'ar')
  expect(performance.now() - start).toBeLessThan(250)
})
