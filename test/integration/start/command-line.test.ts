/** The command line as a public interface: output for programs, exit codes, errors that name file and line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { endPrograms, runProgram } from '../../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'sila-cli-'))
const env = { SILA_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' }
afterAll(() => {
  endPrograms()
  rmSync(folder, { recursive: true, force: true })
})

const run = async (args: string[], input?: string) => {
  const program = runProgram(args, env, input === undefined ? {} : { input })
  return { code: await program.ended, out: program.output() }
}
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('sila chat --script plays JSONL and prints messages and effects as JSONL', { timeout: 60_000 }, async () => {
  const photo = join(folder, 'عقد.jpg')
  writeFileSync(
    photo,
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#eee' } })
      .jpeg()
      .toBuffer(),
  )
  const script = join(folder, 'journey.jsonl')
  const steps = [
    { text: 'السلام عليكم ابغى اقدم على دعم' },
    { choice: 1 },
    { choice: 'agree' },
    { text: '٣' },
    ...['خالد محمد العتيبي', '١٠٠٠٠٠٠٠٠٨', '٠٥٠٠٠٠٠٠٠١', 'الرياض', 'ستة', 'الإيجار متراكم', 'ايجار', '٣٥٠٠'].map((text) => ({ text })),
    { wait: '10d' },
    { text: 'السلام عليكم' },
    { choice: 'continue' },
    { file: photo },
    { text: 'صح' },
    { text: 'أوافق' },
    { sticker: true },
    { text: 'وين طلبي' },
  ]
  writeFileSync(script, steps.map((step) => JSON.stringify(step)).join('\n'))
  const { code, out } = await run(['chat', '--script', script])
  expect({ code, out: code === 0 ? '' : out }).toEqual({ code: 0, out: '' })
  const said = lines(out)
  const bot = said.filter(({ from }) => from === 'bot').map(({ text }) => String(text))
  expect(bot[0]).toContain('وعليكم السلام ورحمة الله')
  expect(bot.filter((text) => text.includes('ولا يلزم الرد الآن'))).toHaveLength(1)
  expect(bot.some((text) => text.includes('نكمل من السؤال ٩ من ٩؟'))).toBe(true)
  expect(bot.some((text) => /MSK-\d+/.test(text) && text.includes('لا تقل عن أسبوعين'))).toBe(true)
  const effects = said.flatMap(({ effect }) => (effect ? [(effect as { kind: string }).kind] : []))
  expect(effects).toEqual(expect.arrayContaining(['open-request', 'save-answer', 'consent', 'submit-request', 'set-timer']))
  expect(said.filter(({ from }) => from === 'person')).toHaveLength(steps.length - 1)
})

test('a wrong script names its file and line, and nothing was played', async () => {
  const script = join(folder, 'wrong.jsonl')
  writeFileSync(script, '{"text":"السلام عليكم"}\n\n{"texts":"x"}\n')
  const { code, out } = await run(['chat', '--script', script])
  expect(code).toBe(1)
  expect(out).toMatch(/wrong\.jsonl:3: /)
  expect(out.trim().split('\n')).toHaveLength(1)
})

test('sila ask: one inquiry, JSONL, and what is not known is handed over', { timeout: 30_000 }, async () => {
  const plain = await run(['ask', 'كم', 'ياخذ', 'الرد', 'على', 'الطلب؟'])
  expect(plain.code).toBe(0)
  expect(plain.out).toContain('لا تقل عن أسبوعين')
  const asked = await run(['ask', '--jsonl'], '{"text":"من يدرس طلبي"}\n{"text":"كيف أصلح مكيف السيارة"}\n')
  expect(lines(asked.out)).toMatchObject([{ source: expect.stringContaining('article:') }, { answer: null, source: null }])
  const wrong = await run(['ask', '--jsonl'], '{"text":"مرحبا"}\nnot json\n')
  expect(wrong.code).toBe(1)
  expect(wrong.out).toContain('standard input:2')
})

test('checks, usage errors and help', { timeout: 30_000 }, async () => {
  const checked = await run(['flows', 'check', '--json'])
  expect(checked.code).toBe(0)
  expect(JSON.parse(checked.out)).toEqual(expect.arrayContaining([expect.objectContaining({ rule: 'open-slots', level: 'warning' })]))
  const broken = join(folder, 'content')
  const elsewhere = await run(['flows', 'check', broken])
  expect(elsewhere).toMatchObject({ code: 1, out: expect.stringContaining('has no folder flows/') })
  expect((await run(['nonsense'])).code).toBe(2)
  expect((await run(['request', 'show', 'MSK-10420'])).code).toBe(1)
  expect((await run(['--help'])).code).toBe(0)
})

test('backup while stopped, restore into another folder, the request is there', { timeout: 60_000 }, async () => {
  const file = join(folder, 'sila.tar.gz')
  expect((await run(['backup', file])).code).toBe(0)
  const elsewhere = { ...env, SILA_DATA_DIR: join(folder, 'restored') }
  const restored = runProgram(['restore', file, '--json'], elsewhere)
  expect(await restored.ended).toBe(0)
  const list = runProgram(['request', 'list', '--json'], elsewhere)
  expect(await list.ended).toBe(0)
  expect(JSON.parse(list.output())).toMatchObject([{ stage: 'submitted', reference: expect.stringMatching(/^MSK-\d+$/) }])
  const again = runProgram(['restore', file], elsewhere)
  expect(await again.ended).toBe(1)
  expect(again.output().trim().split('\n')).toHaveLength(1)
})
