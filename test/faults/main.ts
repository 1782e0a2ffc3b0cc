/** `npm run faults [-- --fast] [words of a name …]`: breaks a whole installation and reads the ledger afterwards. */
import { judge } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const size = process.argv.includes('--fast') ? 'fast' : 'full'
const wanted = scenarios.filter(({ name, covers }) => words.every((word) => name.includes(word) || covers.includes(word)))
if (wanted.length === 0) {
  console.error(`faults: nothing is called ${words.join(' ')}. There is:\n${scenarios.map(({ name }) => `  ${name}`).join('\n')}`)
  process.exit(1)
}
let failures = 0
for (const scenario of wanted) {
  const began = Date.now()
  const outcome = await scenario.run(size)
  const wrong = judge(outcome)
  failures += wrong.length
  const { ledger, crashes, notes } = outcome
  const figures = {
    inbound: ledger.inbound,
    outbound: ledger.outbound,
    crashes,
    twice: ledger.visibleDuplicates,
    uncertain: ledger.uncertain,
    ...notes,
  }
  const line = Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ')
  console.log(
    `${wrong.length === 0 ? '✓' : '✗'} ${scenario.name} (${scenario.covers.join(', ')}), ${Math.round((Date.now() - began) / 1000)} s\n    ${line}`,
  )
  for (const reason of wrong) console.log(`    ✗ ${reason}`)
}
process.exit(failures === 0 ? 0 : 1)
