import { fileURLToPath } from 'node:url'
/** Files that cannot be used say so: one line, with the file and the line in it. */
import { afterEach, expect, test } from 'vitest'
import { readErrorTexts } from '../../src/content/describe-error.ts'
import { ContentError, loadContent, readContent } from '../../src/content/load-content.ts'
import { domainErrors } from '../../src/ports/errors.ts'
import { type ContentCopy, copyContent, shipped } from './copy.ts'

let copy: ContentCopy | null = null
afterEach(() => {
  copy?.drop()
  copy = null
})

const issuesOf = (make: (fresh: ContentCopy) => ContentCopy) => {
  copy = make(copyContent())
  return readContent({ root: copy.root, slugs: ['masakin'], useSample: true })
}

test.each([
  ['broken YAML', 'locales/ar/menu.yaml', (c: ContentCopy) => c.edit('locales/ar/menu.yaml', 'choose:\n', 'choose: [\n'), undefined],
  [
    'a key written twice',
    'locales/ar/menu.yaml',
    (c: ContentCopy) => c.edit('locales/ar/menu.yaml', 'question.text:', 'choose.ask: كيف نخدمك؟\nquestion.text:'),
    24,
  ],
  ['a number for a text', 'locales/en/fields.yaml', (c: ContentCopy) => c.edit('locales/en/fields.yaml', 'name: Name', 'name: 12'), 1],
  [
    'an unknown kind of node',
    'flows/menu/menu.yaml',
    (c: ContentCopy) => c.edit('flows/menu/menu.yaml', 'kind: hand-over', 'kind: handover'),
    38,
  ],
  [
    'a flow under another name',
    'flows/menu/menu.yaml',
    (c: ContentCopy) => c.edit('flows/menu/menu.yaml', 'flow: menu\n', 'flow: menus\n'),
    undefined,
  ],
  [
    'an unknown property',
    'flows/associations/masakin/association.yaml',
    (c: ContentCopy) => c.edit('flows/associations/masakin/association.yaml', 'prefix: MSK', 'prefix: MSK\ncolour: green'),
    undefined,
  ],
  [
    'a wrong clause name',
    'flows/associations/masakin/association.yaml',
    (c: ContentCopy) => c.edit('flows/associations/masakin/association.yaml', 'source: clause:6\n', 'source: section 6\n'),
    undefined,
  ],
  [
    'a sample for no slot',
    'flows/associations/masakin/sample.yaml',
    (c: ContentCopy) => c.edit('flows/associations/masakin/sample.yaml', '  conditions:', '  condition:'),
    undefined,
  ],
  [
    'an article without front matter',
    'flows/associations/masakin/knowledge/hours.md',
    (c: ContentCopy) => c.write('flows/associations/masakin/knowledge/hours.md', 'text'),
    undefined,
  ],
  [
    'a tone rule that is no expression',
    'flows/tone.yaml',
    (c: ContentCopy) => c.edit('flows/tone.yaml', 'pattern: تذكرة|', 'pattern: (تذكرة|'),
    undefined,
  ],
] as const)('%s', (_name, file, make, line) => {
  const { releases, issues } = issuesOf(make)
  expect(releases).toEqual([])
  expect(issues.filter((issue) => issue.file === file && issue.level === 'error').length).toBeGreaterThan(0)
  if (line !== undefined) expect(issues.map((issue) => issue.line)).toContain(line)
})

test('loading throws with every finding, and for an association without a folder', () => {
  expect(() => loadContent({ root: shipped, slugs: ['nobody'], useSample: true })).toThrow(ContentError)
  expect(() => loadContent({ root: shipped, slugs: ['nobody'], useSample: true })).toThrow('flows/associations/nobody/association.yaml')
})

test('an association’s own wording replaces the text that ships, in its own release only', () => {
  copy = copyContent()
  const { mkdirSync } = process.getBuiltinModule('node:fs')
  mkdirSync(`${copy.root}/flows/associations/masakin/wording/ar`, { recursive: true })
  copy.write('flows/associations/masakin/wording/ar/menu.yaml', 'choose.ask: حيّاك الله، كيف نخدمك؟\n')
  const [own] = loadContent({ root: copy.root, slugs: ['masakin'], useSample: true })
  expect(own?.label('ar', 'menu:choose.ask')).toBe('حيّاك الله، كيف نخدمك؟')
  expect(own?.label('ar', 'menu:choose.again')).toBe('أي خيار أقرب إلى ما نخدمك به؟')
})

const describeError = readErrorTexts(fileURLToPath(new URL('../../', import.meta.url)))

test('every refusal has words in both languages', () => {
  for (const code of [...Object.keys(domainErrors), 'unexpected']) {
    expect(describeError(code, 'ar'), code).toMatch(/[\u0621-\u064a]/)
    expect(describeError(code, 'en'), code).toMatch(/^[A-Z]/)
  }
  expect(describeError('never-heard', 'ar')).toBe(describeError('unexpected', 'ar'))
  expect(readErrorTexts('/nowhere')('stale', 'ar')).toBe('stale')
})
