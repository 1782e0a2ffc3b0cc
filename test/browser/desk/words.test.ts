/** The words of the desk: none is missing, none is left over, in both languages. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { domainErrors } from '../../../src/ports/errors.ts'

const root = join(import.meta.dirname, '../../..')
const keysOf = (tree: object, before = ''): string[] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === 'object' ? keysOf(value, `${before}${key}.`) : [before + key]))
const read = (language: string, file: string): string[] =>
  keysOf(parse(readFileSync(join(root, 'locales', language, `${file}.yaml`), 'utf8')))

const forms = ['zero', 'one', 'two', 'few', 'many', 'other']
const withoutForm = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '')

const code = readdirSync(join(root, 'src/web/desk'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => readFileSync(join(root, 'src/web/desk', file), 'utf8'))
  .join('\n')
const ar = new Set(read('ar', 'desk').map(withoutForm))

test('every word that a page asks for is there, and every word that is there is asked for', () => {
  const asked = [...code.matchAll(/\bt\((?:[^()'`]*\? )?'([a-z.-]+)'(?: : '([a-z.-]+)')?/g)].flatMap(([, one, other]) =>
    [one, other].filter(Boolean),
  )
  expect(asked.length).toBeGreaterThan(60)
  expect(asked.filter((key) => !ar.has(key ?? ''))).toEqual([])
  const isAsked = (key: string) =>
    code.includes(`'${key}'`) ||
    key.split('.').some((_part, index, parts) => index > 0 && code.includes(`\`${parts.slice(0, index).join('.')}.\${`))
  expect([...ar].filter((key) => !isAsked(key))).toEqual([])
})

test('English has the same words, and counted words all the forms of their language', () => {
  expect([...new Set(read('en', 'desk').map(withoutForm))].sort()).toEqual([...ar].sort())
  const formsOf = (language: string): Record<string, string[]> => {
    const found: Record<string, string[]> = {}
    for (const key of read(language, 'desk')) {
      const base = withoutForm(key)
      if (key !== base) found[base] = [...(found[base] ?? []), key.slice(base.length + 1)]
    }
    return found
  }
  for (const [key, found] of Object.entries(formsOf('ar'))) expect([key, found]).toEqual([key, forms])
  for (const [key, found] of Object.entries(formsOf('en'))) expect([key, found]).toEqual([key, ['one', 'other']])
})

test('every refusal has its words', () => {
  for (const language of ['ar', 'en']) expect(read(language, 'errors')).toEqual(expect.arrayContaining(Object.keys(domainErrors)))
})

test('no sentence says «خطأ», none commands, none is addressed to a man', () => {
  for (const file of ['desk', 'errors']) {
    const words = readFileSync(join(root, 'locales/ar', `${file}.yaml`), 'utf8')
    expect(words).not.toMatch(/خطأ|يرجى|الرجاء|[!;?]|اضغط|أدخل|اختر /)
  }
})
