/** What is measured, beside what it is measured against: `npm run bench -- turns [--quick]`. */
import { benchTurns } from './turns/run.ts'

const benches: Record<string, (options: { quick: boolean }) => Promise<void>> = { turns: benchTurns }

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const wanted = names[0] ?? 'turns'
const bench = benches[wanted]
if (names.length > 1 || !bench) {
  console.error(`bench: no ${names.join(' ')}. There is: ${Object.keys(benches).join(', ')}. Options: --quick`)
  process.exit(1)
}
await bench({ quick: process.argv.includes('--quick') })
