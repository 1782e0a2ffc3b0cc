/** Parts of the page that need no browser: order, questions, text, dates, words, font. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ChatMessage } from '../../../src/http/contract.ts'
import { dayName, dayOf, numberOf, sizeOf, splitName, timeOf } from '../../../src/web/chat/format.ts'
import { mergeMessages, questionsOf } from '../../../src/web/chat/merge.ts'
import { piecesOf } from '../../../src/web/chat/text.ts'

const root = join(import.meta.dirname, '../../..')

const message = (id: string, part: Partial<ChatMessage> = {}): ChatMessage => ({
  id,
  from: 'bot',
  at: '2026-03-01T08:00:00.000Z',
  text: '',
  language: 'ar',
  options: [],
  promptId: null,
  layout: 'list',
  staff: null,
  file: null,
  clientId: null,
  ...part,
})
const ids = (messages: ChatMessage[]) => messages.map(({ id }) => id).join('')

test('messages stand in the order of their ids, each once, in whatever order they come', () => {
  const known = mergeMessages([], [message('b'), message('d')])
  expect(ids(mergeMessages(known, [message('c'), message('b'), message('a')]))).toBe('abcd')
  expect(mergeMessages(known, [message('d')])).toBe(known)
})

const asks = (id: string, labels: string[] = ['نعم', 'لا']) =>
  message(id, { promptId: `p${id}`, options: labels.map((label, n) => ({ id: `o${n + 1}`, n: n + 1, label })) })
const says = (id: string, text: string) => message(id, { from: 'me', text })

test('only the newest question may be pressed, and not after it was answered', () => {
  const open = (messages: ChatMessage[], said: string[] = []) =>
    [...questionsOf(messages, said)].map(([id, { open, chosen }]) => `${id}:${open ? 'open' : (chosen ?? 'closed')}`)
  expect(open([asks('a')])).toEqual(['a:open'])
  expect(open([asks('a'), asks('b')])).toEqual(['a:closed', 'b:open'])
  expect(open([asks('a'), says('b', 'نعم')])).toEqual(['a:o1'])
  expect(open([asks('a'), says('b', ' ٢ ')])).toEqual(['a:o2'])
  expect(open([asks('a'), says('b', 'متى تردون؟')])).toEqual(['a:open'])
  expect(open([asks('a'), says('b', 'متى تردون؟'), message('c', { text: 'جواب' }), says('d', 'لا')])).toEqual(['a:o2'])
  expect(open([asks('a')], ['لا'])).toEqual(['a:o2'])
  // A question without options closes the one before it.
  expect(open([asks('a'), message('b', { promptId: 'free' })])).toEqual(['a:closed', 'b:open'])
})

test('text becomes pieces: links of the web only, isolates of their own, no overrides', () => {
  expect(piecesOf('رقم \u2066MSK-1042\u2069 وصل')[0]).toEqual([
    { kind: 'text', text: 'رقم ' },
    { kind: 'isolate', text: 'MSK-1042', dir: 'ltr' },
    { kind: 'text', text: ' وصل' },
  ])
  expect(piecesOf('انظر https://sila.example/a?b=1، ثم')[0]).toContainEqual({
    kind: 'link',
    text: 'https://sila.example/a?b=1',
    href: 'https://sila.example/a?b=1',
  })
  expect(piecesOf('\u2066https://sila.example/s/1\u2069')[0]).toEqual([
    { kind: 'link', text: 'https://sila.example/s/1', href: 'https://sila.example/s/1' },
  ])
  for (const trap of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'http://'])
    expect(
      piecesOf(trap)
        .flat()
        .some(({ kind }) => kind === 'link'),
    ).toBe(false)
  expect(piecesOf('a\u202eb\u202d')).toEqual([[{ kind: 'text', text: 'ab' }]])
  expect(piecesOf('\u2068مفتوح')).toEqual([[{ kind: 'text', text: 'مفتوح' }]])
  expect(piecesOf('١\r\n\n٢')).toHaveLength(3)
})

const words = (key: string, params: Record<string, string> = {}) => [key, ...Object.values(params)].join(' ')

test('dates are Riyadh’s and Gregorian, in the digits of the language', () => {
  const now = new Date('2026-03-01T20:59:00Z')
  expect(dayOf('2026-03-01T20:59:00Z')).toBe('2026-03-01')
  expect(dayOf('2026-03-01T21:00:00Z')).toBe('2026-03-02')
  expect(dayName('2026-03-01', now, 'ar', words)).toBe('today')
  expect(dayName('2026-02-28', now, 'ar', words)).toBe('yesterday')
  expect(dayName('2026-02-24', now, 'ar', words)).toBe('الثلاثاء، ٢٤ فبراير')
  expect(dayName('2025-12-08', now, 'ar', words)).toContain('٢٠٢٥')
  expect(dayName('2026-02-24', now, 'en', words)).toBe('Tuesday 24 February')
  expect(timeOf('2026-03-01T05:20:00Z', 'ar')).toBe('٨:٢٠ ص')
  expect(timeOf('2026-03-01T05:20:00Z', 'en')).toMatch(/^8:20\sam$/i)
  expect(numberOf(1042, 'ar')).toBe('١٠٤٢')
  expect(sizeOf(1_900_000, 'ar', words)).toBe('megabytes ١٫٨')
  expect(sizeOf(12, 'en', words)).toBe('kilobytes 1')
  expect(splitName('كشف.v2.pdf')).toEqual({ stem: 'كشف.v2', extension: '.pdf' })
  expect(splitName('.env')).toEqual({ stem: '.env', extension: '' })
})

const bank = async (language: string): Promise<Record<string, string>> =>
  parse(await readFile(join(root, 'locales', language, 'web-chat.yaml'), 'utf8'))
const slotsIn = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).toSorted()

test('every word the page asks for stands in both languages, with the same slots', async () => {
  const [ar, en] = await Promise.all([bank('ar'), bank('en')])
  expect(Object.keys(ar).toSorted()).toEqual(Object.keys(en).toSorted())
  for (const [key, text] of Object.entries(ar)) {
    expect(typeof text, key).toBe('string')
    expect(slotsIn(text), key).toEqual(slotsIn(en[key] ?? ''))
  }
  const folder = join(root, 'src/web/chat')
  const sources = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name))
  const asked = new Set<string>()
  let whole = ''
  for (const name of sources) {
    const source = await readFile(join(folder, name), 'utf8')
    whole += source
    for (const call of source.matchAll(/words\(([^()]*(?:\([^()]*\))?[^()]*)\)/g))
      for (const key of (call[1] ?? '').matchAll(/'([a-z][a-z0-9-]+)'/g)) asked.add(key[1] ?? '')
  }
  // Keys also stand in lists and tables: each must at least be named somewhere.
  expect(Object.keys(ar).filter((key) => !whole.includes(`'${key}'`))).toEqual([])
  expect(asked.size).toBeGreaterThan(30)
  const states = new Set(['staff', 'me'])
  expect([...asked].filter((key) => !(key in ar) && !states.has(key))).toEqual([])
})

/** Characters a WOFF2 file draws: its cmap, read by hand (format 4 and 12 are enough). */
const drawnBy = (woff2: Buffer): Set<number> => {
  const count = woff2.readUInt16BE(12)
  let at = 48
  const number128 = () => {
    let value = 0
    for (;;) {
      const byte = woff2[at++] ?? 0
      value = (value << 7) | (byte & 0x7f)
      if ((byte & 0x80) === 0) return value
    }
  }
  let start = 0
  let cmap = -1
  for (let n = 0; n < count; n += 1) {
    const flags = woff2[at++] ?? 0
    if ((flags & 0x3f) === 0x3f) at += 4
    const length = number128()
    const known = flags & 0x3f
    // glyf and loca (10, 11) are transformed unless their version is 3, all others unless it is 0.
    const transformed = known === 10 || known === 11 ? flags >> 6 !== 3 : flags >> 6 !== 0
    const stored = transformed ? number128() : length
    if (known === 0) cmap = start
    start += stored
  }
  const tables = brotliDecompressSync(woff2.subarray(at))
  const drawn = new Set<number>()
  const base = cmap
  for (let n = 0; n < tables.readUInt16BE(base + 2); n += 1) {
    const sub = base + tables.readUInt32BE(base + 8 + n * 8)
    if (tables.readUInt16BE(sub) !== 4) continue
    const segments = tables.readUInt16BE(sub + 6) / 2
    for (let s = 0; s < segments; s += 1) {
      const end = tables.readUInt16BE(sub + 14 + s * 2)
      const first = tables.readUInt16BE(sub + 16 + segments * 2 + s * 2)
      for (let code = first; code <= end && code < 0xffff; code += 1) drawn.add(code)
    }
  }
  return drawn
}

const leaves = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : value !== null && typeof value === 'object' ? Object.values(value).flatMap(leaves) : []

test('the font draws every character of every text: what it lacks would fall back in silence', async () => {
  const fonts = join(root, 'src/web/common/fonts')
  for (const weight of [400, 600]) {
    const drawn = new Set<number>()
    for (const script of ['arabic', 'latin'])
      for (const code of drawnBy(await readFile(join(fonts, `sila-${script}-${weight}.woff2`)))) drawn.add(code)
    const missing = new Set<string>()
    for (const name of await readdir(join(root, 'locales'), { recursive: true })) {
      if (!name.endsWith('.yaml')) continue
      // Controls of direction and joining are not drawn; pictures come from the device.
      for (const text of leaves(parse(await readFile(join(root, 'locales', name), 'utf8'))))
        for (const sign of text)
          if (!/[\n\t\p{Cf}\p{Extended_Pictographic}]/u.test(sign) && !drawn.has(sign.codePointAt(0) ?? 0)) missing.add(`${sign} (${name})`)
    }
    expect([...missing]).toEqual([])
  }
  expect(await readFile(join(fonts, 'OFL.txt'), 'utf8')).toContain('SIL Open Font License')
})
