/** Failures of the database's whereabouts, not of what it was asked: the same work will succeed later. */
import { DomainError } from './errors.ts'

/** SQLSTATE classes: connection, resources, operator intervention, I/O. */
const classes = new Set(['08', '53', '57', '58'])

/** Codes of PostgreSQL, Node and Prisma, by what they mean. */
const codes = new Set([
  // PostgreSQL: serialisation, deadlock, lock not to be had, session ended for idling, a server that only reads.
  ...['40001', '40P01', '55P03', '25P03', '25006'],
  // The way there.
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOENT',
  ],
  // Prisma: not reached, timed out, closed, no connection free, transaction not begun, write conflict, too many connections.
  ...['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037'],
])

/** node-postgres gives these no code. */
const messages =
  /^(?:Connection terminated|timeout (?:exceeded|expired)|Query read timeout|Client has encountered a connection error|Cannot use a pool after|Client was closed|Called end on pool)/

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/**
 * True when the database was away, too slow, or busy with someone else's lock: nothing is wrong with the
 * work, so it never counts as a failed attempt.
 */
export const isUnavailable = (error: unknown): boolean => isAway(error, 4)

const isAway = (error: unknown, depth: number): boolean => {
  if (!(error instanceof Error) || depth === 0) return false
  if (error instanceof DomainError) return error.code === 'unavailable'
  const code = codeOf(error)
  if (codes.has(code) && !(code === 'ENOENT' && !('syscall' in error && error.syscall === 'connect'))) return true
  if (/^[0-9A-Z]{5}$/.test(code) && classes.has(code.slice(0, 2))) return true
  if (messages.test(error.message)) return true
  // Hosts with several addresses fail with all their errors in one; Prisma hides the driver's in `cause`.
  if (error instanceof AggregateError) return error.errors.some((one) => isAway(one, depth - 1))
  return isAway(error.cause, depth - 1)
}
