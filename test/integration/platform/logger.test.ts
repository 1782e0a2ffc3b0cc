import { expect, test } from 'vitest'
import { createLogger, createPino } from '../../../src/platform/logger.ts'
import { createMetrics } from '../../../src/platform/metrics.ts'
import { scrub } from '../../../src/platform/scrub.ts'
import { DomainError } from '../../../src/ports/errors.ts'

function capture() {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return { lines, logger: createLogger({ level: 'trace', destination }), pino: createPino({ level: 'trace', destination }) }
}
const last = (lines: string[]): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}')

test('one line of JSON with the fields that are known, and nothing else', () => {
  const { lines, pino } = capture()
  pino.info(
    { association: 'masakin', duration: 12, text: 'canary', contact: { name: 'canary' }, req: { url: '/canary' }, outcome: 'answered' },
    'turn',
  )
  expect(last(lines)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    association: 'masakin',
    duration: 12,
    outcome: 'answered',
    msg: 'turn',
  })
})

test('children and their bindings obey the same list', () => {
  const { lines, pino } = capture()
  pino
    .child({ conversation: 'c1', phone: 'canary' })
    .child({ turn: 't1', name: 'canary' }, { msgPrefix: '' })
    .warn({ payload: 'canary' }, 'late')
  expect(last(lines)).toMatchObject({ conversation: 'c1', turn: 't1', msg: 'late' })
  expect(lines.join()).not.toContain('canary')
})

test('messages of errors are not logged, except our own; places and codes are', () => {
  const { lines, logger, pino } = capture()
  const problem = Object.assign(new Error('duplicate key: canary\n    at canary (file.ts:1:2)'), {
    code: '23505',
    constraint: 'inbox_key',
    detail: 'Key (canary)',
  })
  logger.error({ err: problem }, 'failed')
  expect(last(lines).err).toMatchObject({ name: 'Error', code: '23505', constraint: 'inbox_key' })
  expect(JSON.stringify(last(lines).err)).toContain('logger.test.ts')
  logger.error({ err: new Error('outer', { cause: problem }) }, 'failed')
  expect(last(lines).err).toMatchObject({ cause: { code: '23505' } })
  pino.error(problem)
  expect(last(lines)).toMatchObject({ msg: '', err: { code: '23505' } })
  pino.error({ err: problem })
  pino.error('%s and %o', 'canary', { a: 'canary' })
  logger.error({ err: 'canary' }, 'failed')
  logger.error({ err: { message: 'canary' } }, 'failed')
  // Parsers quote their input in the message, and a stack repeats the message.
  try {
    JSON.parse('{"canary')
  } catch (err) {
    logger.error({ err }, 'failed')
  }
  expect(lines.join()).not.toContain('canary')
  logger.error({ err: new DomainError('stale', 'version moved on') }, 'refused')
  expect(last(lines).err).toMatchObject({ name: 'DomainError', code: 'stale', message: 'version moved on' })
})

test('a value cannot begin a line of its own, nor send commands to a terminal', () => {
  const { lines, logger } = capture()
  logger.info({ code: 'a\r\n{"level":"fatal"}\u2028\u001b[2J' }, 'x\ny')
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n\u2028\u001b]/)
  expect(last(lines)).toMatchObject({ code: 'a {"level":"fatal"} [2J', msg: 'x y' })
})

test('ids, phones and IBANs are masked in three sets of digits, with separators and marks between', () => {
  const eastern = (text: string, zero: number) => text.replace(/\d/g, (d) => String.fromCharCode(zero + Number(d)))
  const personal = [
    '1000000008',
    '2000000006',
    '10000-00008',
    '1000 000 008',
    '0500000001',
    '050 000 0001',
    '05-0000-0001',
    '500000001',
    '966500000001',
    '+966 50 000 0001',
    '00966500000001',
    '(050)0000001',
    '050\u200e000\u200f0001',
    '\u2066+966500000001\u2069',
    'SA0380000000608010167519',
    'SA03 8000 0000 6080 1016 7519',
    'sa03-8000-0000-6080-1016-7519',
  ]
  for (const text of personal.flatMap((value) => [value, eastern(value, 0x660), eastern(value, 0x6f0)])) {
    const { lines, logger } = capture()
    logger.info({ code: `a ${text} b` }, `c ${text} d`)
    expect(lines[0], text).toContain('[…]')
    expect(lines[0]?.replace(/"time":"[^"]*"/, ''), text).not.toMatch(/[0-9\u0660-\u0669\u06f0-\u06f9]{3}/)
    expect(last(lines).level, text).toBe('info')
  }
  expect(scrub(JSON.stringify({ msg: '0500\n000\n001' }))).toBe('{"msg":"[…]"}')
})

test('what only looks like numbers stays readable', () => {
  const kept = [
    '{"time":"2025-11-20T10:15:00.123Z","duration":1234567,"count":12}',
    '{"turn":"019aa000-0000-7000-8000-100000000800","conversation":"11111111-1111-4111-8111-111111111111"}',
    '{"request":"MSK-1042","port":54329,"stack":["at f (/srv/app/src/a.ts:120:15)"]}',
    '{"code":"12345678"}',
  ]
  for (const line of kept) expect(scrub(line)).toBe(line)
})

test('the registry has the names that dashboards ask for', async () => {
  const metrics = createMetrics({ process: false })
  metrics.turns.inc({ kind: 'message', outcome: 'answered' })
  metrics.turnDuration.observe(0.003)
  const text = await metrics.registry.metrics()
  for (const name of [
    'turns_total',
    'turn_duration_seconds',
    'inbox_waiting',
    'outbox_oldest_age_seconds',
    'sends_total',
    'slots_unfilled_total',
  ]) {
    expect(text).toContain(`# TYPE ${name} `)
  }
  expect(text).toContain('turns_total{kind="message",outcome="answered"} 1')
  expect(text).toContain('turn_duration_seconds_bucket{le="0.005"} 1')
})
