/** What goes wrong, on purpose: rules over calls, and disorder in what is delivered. */
import type { Random } from './random.ts'

/**
 * `accepted`: the call has had its effect before this happens. Otherwise it never reached the bot's account.
 * `answer` with a body that is not an object is sent as HTML, as a proxy in front does.
 */
export type Fault =
  | {
      kind: 'answer'
      status: number
      body?: string | Record<string, unknown>
      description?: string
      retryAfter?: number
      accepted?: boolean
    }
  | { kind: 'delay'; ms: number; accepted?: boolean }
  | { kind: 'hang'; accepted?: boolean }
  | { kind: 'drop'; accepted?: boolean }

/** After which there is nothing more to say. */
export type EndingFault = Exclude<Fault, { kind: 'delay' }>
export const isEnding = (fault: Fault): fault is EndingFault => fault.kind !== 'delay'

export interface Rule {
  fault: Fault
  /** Names of methods, `getFile`'s downloads are `download`; all when left out. */
  method?: string | readonly string[]
  chat?: number
  /** How many calls pass before the first is hit. */
  after?: number
  /** How many calls are hit; without end when left out. */
  count?: number
  /** Of those that match. 1 when left out. */
  probability?: number
}

export interface RuleHandle {
  hits(): number
  remove(): void
}

export interface Faults {
  add(rule: Rule): RuleHandle
  /** Removes every rule, disorder and limit, and resumes. */
  clear(): void
  /** Share of updates delivered once more after they were confirmed. */
  duplicate(probability: number): void
  /** Share of updates that come after the one behind them. */
  reorder(probability: number): void
  /** Delivers nothing, by long poll or webhook. */
  pause(): void
  resume(): void
  seed(value: number): void
}

/** What the server asks. */
export interface FaultBox extends Faults {
  /** Every delay that applies, then at most one fault that ends the call. */
  meet(method: string, chat: number | null): Fault[]
  paused(): boolean
  repeats(): boolean
  swaps(): boolean
  onResume(listener: () => void): void
}

interface Standing {
  rule: Rule
  methods: ReadonlySet<string> | null
  seen: number
  hits: number
}

export const createFaults = (random: Random): FaultBox => {
  const rules = new Set<Standing>()
  const listeners: (() => void)[] = []
  let duplicates = 0
  let disorder = 0
  let paused = false

  const strikes = (standing: Standing, method: string, chat: number | null): boolean => {
    const { rule, methods } = standing
    if (methods && !methods.has(method.toLowerCase())) return false
    if (rule.chat !== undefined && rule.chat !== chat) return false
    if (standing.seen++ < (rule.after ?? 0)) return false
    if (rule.count !== undefined && standing.hits >= rule.count) return false
    if (rule.probability !== undefined && !random.chance(rule.probability)) return false
    standing.hits++
    return true
  }

  const resume = (): void => {
    paused = false
    for (const listener of listeners) listener()
  }

  return {
    add: (rule) => {
      const names = rule.method === undefined ? null : typeof rule.method === 'string' ? [rule.method] : rule.method
      const standing: Standing = { rule, methods: names && new Set(names.map((name) => name.toLowerCase())), seen: 0, hits: 0 }
      rules.add(standing)
      return { hits: () => standing.hits, remove: () => rules.delete(standing) }
    },
    clear: () => {
      rules.clear()
      duplicates = 0
      disorder = 0
      resume()
    },
    duplicate: (probability) => {
      duplicates = probability
    },
    reorder: (probability) => {
      disorder = probability
    },
    pause: () => {
      paused = true
    },
    resume,
    seed: (value) => random.reseed(value),
    meet: (method, chat) => {
      const met: Fault[] = []
      for (const standing of rules) {
        if (isEnding(standing.rule.fault) && met.some(isEnding)) continue
        if (strikes(standing, method, chat)) met.push(standing.rule.fault)
      }
      return met
    },
    paused: () => paused,
    repeats: () => random.chance(duplicates),
    swaps: () => random.chance(disorder),
    onResume: (listener) => {
      listeners.push(listener)
    },
  }
}
