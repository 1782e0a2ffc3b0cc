/** What is measured, beside what it is measured against: `npm run bench -- turns [--quick]`. */

type Bench = (options: { quick: boolean }) => Promise<void>

const benches: Record<string, () => Promise<Bench>> = {
  turns: async () => (await import('./turns/run.ts')).benchTurns,
  telegram: async () => (await import('./telegram/run.ts')).benchTelegram,
  pace: async () => (await import('./pace/run.ts')).benchPace,
  volume: async () => (await import('./volume/run.ts')).benchVolume,
  reliability: async () => (await import('./reliability/run.ts')).benchReliability,
}

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const wanted = names[0] ?? 'turns'
const load = benches[wanted]
if (names.length > 1 || !load) {
  console.error(`bench: no ${names.join(' ')}. There is: ${Object.keys(benches).join(', ')}. Options: --quick`)
  process.exit(1)
}
const bench = await load()
await bench({ quick: process.argv.includes('--quick') })
