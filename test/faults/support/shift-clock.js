// Loaded before the program (NODE_OPTIONS=--import): every Date is as many milliseconds off as the file says that
// SILA_TEST_CLOCK names. Plain JavaScript because no loader runs before it. What counts by performance.now() stays.
import { readFileSync } from 'node:fs'

const file = process.env.SILA_TEST_CLOCK ?? ''
const RealDate = Date
let shift = 0
let readAt = Number.NEGATIVE_INFINITY

const now = () => {
  if (performance.now() - readAt > 20) {
    readAt = performance.now()
    try {
      shift = Number(readFileSync(file, 'utf8')) || 0
    } catch {}
  }
  return RealDate.now() + shift
}

globalThis.Date = class extends RealDate {
  constructor(/** @type {any[]} */ ...given) {
    // @ts-expect-error: as the caller gave them
    super(...(given.length === 0 ? [now()] : given))
  }
  static now() {
    return now()
  }
  // What the runtime itself makes are dates as well.
  static [Symbol.hasInstance](/** @type {unknown} */ value) {
    return value instanceof RealDate
  }
}
