/**
 * One JSON line per event, of known fields only. What people write has no field here, so it cannot be
 * logged; numbers that slip into a message are masked on the way out.
 */
import { type DestinationStream, type LevelWithSilent, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'
import { scrub } from './scrub.ts'

const fields = [
  'association',
  'contact',
  'conversation',
  'turn',
  'request',
  'account',
  'staff',
  'channel',
  'duration',
  'outcome',
  'code',
  'count',
  'kind',
  'job',
  'method',
  'route',
  'status',
  'late',
  'port',
] as const

/** Durations and lateness in milliseconds. Values are ids, codes and numbers: anything else is dropped. */
export type LogFields = { readonly [K in (typeof fields)[number]]?: string | number | boolean | null } & { readonly err?: unknown }

type Write = (fields: LogFields, event: string) => void

export interface Logger {
  readonly trace: Write
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
  readonly fatal: Write
  child(fields: LogFields): Logger
}

export interface LoggerOptions {
  level: LevelWithSilent
  /** Standard output when absent. */
  destination?: DestinationStream
}

export function createLogger(options: LoggerOptions): Logger {
  return createPino(options)
}

/** For libraries that insist on pino itself. The same rules hold for whatever they write. */
export function createPino({ level, destination }: LoggerOptions): PinoLogger {
  const out = destination ?? pino.destination({ dest: 1, sync: true })
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: keepKnown },
      // Our formatter has already written the error; pino's own would write its message.
      serializers: { err: (value: unknown) => value },
      hooks: {
        // pino takes an error's message as the line's when none is given, and fills placeholders from arguments.
        logMethod(args: unknown[], method) {
          const [first, second] = args
          const bag = first instanceof Error ? { err: first } : typeof first === 'object' && first !== null ? first : {}
          method.call(this, bag, oneLine(typeof first === 'string' ? first : typeof second === 'string' ? second : '', 300))
        },
      },
    },
    { write: (line: string) => out.write(scrub(line)) },
  )
  // pino does not ask the formatters about the bindings of children, and lets a child bring its own.
  const { child } = logger
  logger.child = function (this: PinoLogger, bindings, options) {
    return child.call(this, keepKnown(bindings), { ...options, formatters: {}, serializers: {} })
    // The same function with the same type; pino's is generic in the custom levels that we do not use.
  } as typeof child
  return logger
}

const known: ReadonlySet<string> = new Set(fields)

function keepKnown(bag: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(bag)) {
    if (key === 'err') kept.err = describeError(value)
    else if (known.has(key)) {
      if (typeof value === 'string') kept[key] = oneLine(value, 100)
      else if (typeof value === 'number' || typeof value === 'boolean' || value === null) kept[key] = value
    }
  }
  return kept
}

/** Errors whose messages we wrote ourselves. All others may quote what a person wrote. */
const ownErrors = new Set(['DomainError', 'ConfigError', 'PlatformError'])
/** What PostgreSQL says about the place, not the value. */
const safeDetails = ['code', 'constraint', 'table', 'column', 'routine', 'syscall', 'errno'] as const

function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { name: typeof error }
  const described: Record<string, unknown> = { name: oneLine(error.name, 60) }
  for (const key of safeDetails) {
    // A look at an optional property of unknown type; only strings and numbers pass.
    const value = (error as unknown as Record<string, unknown>)[key]
    if (typeof value === 'string' || typeof value === 'number') described[key] = typeof value === 'string' ? oneLine(value, 80) : value
  }
  if (ownErrors.has(error.name)) described.message = oneLine(error.message, 500)
  described.stack = framesOf(error)
  if (error.cause !== undefined && depth < 3) described.cause = describeError(error.cause, depth + 1)
  return described
}

/** The places alone: the first lines of a stack are the message, and a message may imitate a frame. */
function framesOf(error: Error): string[] {
  const stack = error.stack ?? ''
  const at = stack.indexOf(error.message)
  const rest = error.message !== '' && at >= 0 ? stack.slice(at + error.message.length) : stack
  return rest
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .*(?::\d+:\d+\)?|<anonymous>\)?|native\)?)$/.test(line))
    .slice(0, 12)
}

function oneLine(text: string, limit: number): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, limit)
}
