/** `npm run faults [-- --fast] [words of a name …]`: breaks a whole installation and reads the ledger afterwards. */
import { judge, type Outcome, type Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const size = process.argv.includes('--fast') ? 'fast' : 'full'
const wanted = scenarios.filter(({ name, covers }) => words.every((word) => name.includes(word) || covers.includes(word)))
if (wanted.length === 0) {
  console.error(`faults: nothing is called ${words.join(' ')}. There is:\n${scenarios.map(({ name }) => `  ${name}`).join('\n')}`)
  process.exit(1)
}

const figuresOf = ({ ledger, crashes, lostAnswers, notes }: Outcome): string =>
  Object.entries({
    inbound: ledger.inbound,
    outbound: ledger.outbound,
    ...(crashes > 0 && { crashes }),
    ...(lostAnswers > 0 && { 'answers lost': lostAnswers }),
    'seen twice': ledger.visibleDuplicates,
    ...(ledger.uncertain > 0 && { uncertain: ledger.uncertain }),
    ...notes,
  })
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ')

/** @returns what was broken */
const runOne = async (scenario: Scenario): Promise<string[]> => {
  const began = Date.now()
  const title = () => `${scenario.name} (${scenario.covers.join(', ')}), ${Math.round((Date.now() - began) / 1000)} s`
  try {
    const outcome = await scenario.run(size)
    const wrong = judge(outcome)
    console.log(`${wrong.length === 0 ? '✓' : '✗'} ${title()}: ${figuresOf(outcome)}`)
    return wrong
  } catch (error) {
    console.log(`✗ ${title()}`)
    return [error instanceof Error ? error.message : String(error)]
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
let failures = 0
for (const scenario of wanted) {
  const wrong = await runOne(scenario)
  failures += wrong.length
  for (const reason of wrong) console.log(`    ✗ ${reason}`)
}
console.log(failures === 0 ? `faults: ${wanted.length} scenarios, every promise held` : `faults: ${failures} promises broken`)
process.exit(failures === 0 ? 0 : 1)
