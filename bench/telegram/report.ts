/** The table of figures, and how they stand to what was aimed at. */
import type { Figures } from './measure.ts'
import type { Delivery, System } from './systems.ts'

export interface Row {
  system: System
  /** Chats that talk at once. */
  concurrency: number
  figures: Figures
}

export const delayMs = 80
export const slow = { concurrency: 64, ideal: (64 * 1000) / delayMs } as const

const widths = [36, 9, 4, 9, 8, 8, 8, 9, 8, 8, 8]
const lay = (cells: (string | number)[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0))).join('  ')
const show = (value: number | null): string => (value === null ? '–' : value.toFixed(0))

export const printRows = (title: string, rows: readonly Row[]): void => {
  console.log(`\n${title}`)
  console.log(lay(['', '', 'c', 'turns/s', 'p50 ms', 'p90 ms', 'p99 ms', 'ack p99', 'bot µs', 'PG µs', 'RSS MB']))
  for (const { system, concurrency, figures } of rows) {
    const { turnsPerSecond, p50, p90, p99, acknowledged, bot, postgres, memory } = figures
    const times = [p50, p90, p99, acknowledged].map((ms) => ms.toFixed(2))
    console.log(
      lay([system.name, system.delivery, concurrency, turnsPerSecond.toFixed(0), ...times, show(bot), show(postgres), show(memory)]),
    )
  }
}

const find = (rows: readonly Row[], kind: System['kind'], delivery: Delivery, concurrency: number): Figures => {
  const row = rows.find(({ system, concurrency: at }) => system.kind === kind && system.delivery === delivery && at === concurrency)
  if (!row) throw new Error(`nothing was measured of ${kind}, ${delivery}, ${concurrency}`)
  return row.figures
}

interface Goal {
  about: string
  value: number
  unit: string
  reached: boolean
  aim: string
}

const goalsOf = (delivery: Delivery, fast: readonly Row[], late: readonly Row[]): Goal[] => {
  const at = (kind: System['kind'], c: number) => find(fast, kind, delivery, c)
  const echo = at('sila', 32).turnsPerSecond / at('echo', 32).turnsPerSecond
  const wizard = at('sila', 32).turnsPerSecond / at('wizard', 32).turnsPerSecond
  const above = at('sila', 1).p50 - at('echo', 1).p50
  const under = find(late, 'sila', delivery, slow.concurrency)
  const goals: Goal[] = [
    { about: 'turns/s beside the echo, c = 32', value: echo, unit: '×', reached: echo >= 0.65, aim: '≥ 0.65' },
    { about: 'turns/s beside the wizard, c = 32', value: wizard, unit: '×', reached: wizard >= 1.2, aim: '≥ 1.2' },
    { about: 'p50 above the echo, c = 1', value: above, unit: 'ms', reached: above <= 1.5, aim: '≤ 1.5' },
  ]
  if (delivery === 'webhook') {
    const share = under.acknowledged / under.p50
    goals.push({ about: `ack p99 / reply p50, ${delayMs} ms`, value: share, unit: '', reached: share <= 0.25, aim: '≤ 0.25' })
  }
  const ideal = under.turnsPerSecond / slow.ideal
  goals.push({
    about: `turns/s beside the ideal ${slow.ideal}, ${delayMs} ms`,
    value: ideal,
    unit: '×',
    reached: ideal >= 0.7,
    aim: '≥ 0.70',
  })
  return goals
}

export const printGoals = (fast: readonly Row[], late: readonly Row[]): void => {
  for (const delivery of ['polling', 'webhook'] as const) {
    console.log(`\nGoals, ${delivery}:`)
    for (const { about, value, unit, reached, aim } of goalsOf(delivery, fast, late))
      console.log(`  ${reached ? '✓' : '✗'} ${about.padEnd(44)} ${value.toFixed(2).padStart(7)} ${unit.padEnd(2)} (${aim})`)
  }
}
