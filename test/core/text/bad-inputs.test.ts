/** The kept bad inputs that concern text, ids, phones, numbers, names and size. «{x×n}» in a payload is x, n times. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cleanText } from '../../../src/core/text/clean.ts'
import { readCommand } from '../../../src/core/text/commands.ts'
import { normalise } from '../../../src/core/text/normalise.ts'
import { readMoney } from '../../../src/core/text/read-money.ts'
import { readName } from '../../../src/core/text/read-name.ts'
import { readNationalId } from '../../../src/core/text/read-national-id.ts'
import { readNumber } from '../../../src/core/text/read-number.ts'
import { readPhone } from '../../../src/core/text/read-phone.ts'
import { readAgreement, readYesNo } from '../../../src/core/text/read-yes-no.ts'

const readers: Record<string, (text: string) => unknown> = {
  clean: cleanText,
  normalise,
  command: readCommand,
  agreement: readAgreement,
  'yes-no': readYesNo,
  'national-id': readNationalId,
  phone: readPhone,
  money: (text) => readMoney(text, { max: 1_000_000 }),
  number: (text) => readNumber(text, { min: 1, max: 30 }),
  name: readName,
}

interface Case {
  id: string
  read: string
  payload: string
  expect: unknown
}

const grown = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/\{(.)×(\d+)\}/gu, (_, char: string, times: string) => char.repeat(Number(times))) : value

const cases = readFileSync(new URL('./bad-inputs.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  // The file stands beside this test and every field is used below.
  .map((line) => JSON.parse(line) as Case)

test.each(cases)('$id $read', (one) => {
  const reader = readers[one.read]
  if (reader === undefined) throw new Error(`no reader ${one.read}`)
  expect(reader(String(grown(one.payload)))).toEqual(grown(one.expect))
})

/** What any reader does with any of them, cleaned or not: it answers, and never with NaN. */
test.each(cases)('$id is survived by every reader', (one) => {
  const payload = String(grown(one.payload))
  for (const reader of Object.values(readers))
    for (const text of [payload, cleanText(payload)]) expect(JSON.stringify(reader(text) ?? null)).not.toContain('NaN')
})
