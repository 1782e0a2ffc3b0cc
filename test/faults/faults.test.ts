/** The quick part of the fault suite; `npm run faults` is the whole of it. */
import { expect, test } from 'vitest'
import { judge } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const quick = [
  'kill at every point, polling',
  'PostgreSQL dies, polling',
  'the answer to a delivery is lost',
  'what Telegram refuses',
  'staff take over at any moment',
]

test.each(quick)('%s', { timeout: 180_000 }, async (name) => {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario) throw new Error(`no scenario is called ${name}`)
  expect(judge(await scenario.run('fast'))).toEqual([])
})
