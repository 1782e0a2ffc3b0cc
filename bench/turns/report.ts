/** Tables of figures, with ratios to what stands beside. */
import type { Measured } from './measure.ts'

const columns = (cells: (string | number)[], widths: number[]): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0))).join('  ')

const figuresOf = (figures: Measured): string[] => [
  figures.turnsPerSecond.toFixed(0),
  figures.p50.toFixed(2),
  figures.p95.toFixed(2),
  figures.p99.toFixed(2),
  figures.node.toFixed(0),
  figures.postgres === null ? '–' : figures.postgres.toFixed(0),
]

export const printTable = (
  rows: { system: string; concurrency: number; figures: Measured }[],
  of: { conversations: number; repeats: number; ms: number },
): void => {
  console.log(
    `\n12-turn dialogue, ${of.conversations} interleaved conversations, medians of ${of.repeats} interleaved repeats of ${of.ms} ms; fsync and synchronous_commit on.`,
  )
  const widths = [50, 4, 9, 8, 8, 8, 9, 9, 9]
  console.log(columns(['', 'c', 'turns/s', 'p50 ms', 'p95 ms', 'p99 ms', 'Node µs', 'PG µs', '× floor'], widths))
  for (const { system, concurrency, figures } of rows) {
    const floor = rows.find((row) => row.concurrency === concurrency)?.figures.turnsPerSecond ?? Number.NaN
    console.log(columns([system, concurrency, ...figuresOf(figures), (figures.turnsPerSecond / floor).toFixed(2)], widths))
  }
}

export const printGrowth = (rows: { size: number; figures: Measured }[]): void => {
  console.log('\nIdle conversations beside, c = 32:')
  const widths = [12, 9, 8, 8, 8, 9, 9, 10, 8]
  console.log(columns(['', 'turns/s', 'p50 ms', 'p95 ms', 'p99 ms', 'Node µs', 'PG µs', '× smallest', '× p99'], widths))
  const first = rows[0]?.figures
  for (const { size, figures } of rows) {
    const ratio = figures.turnsPerSecond / (first?.turnsPerSecond ?? Number.NaN)
    const late = figures.p99 / (first?.p99 ?? Number.NaN)
    console.log(columns([size.toLocaleString('en'), ...figuresOf(figures), ratio.toFixed(2), late.toFixed(2)], widths))
  }
}
