/** Two pools on one database: the owner's for migrations and queues' schema, the application's for everything else. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { codeOf, PlatformError } from './errors.ts'

/** Made by the migrations: neither superuser nor owner, so that row-level security binds it. */
export const applicationRole = 'sila_app'

/** The oldest server with what the migrations use (uuidv7()). */
const oldestServer = 180000

export interface Pools {
  owner: pg.Pool
  app: pg.Pool
  close(): Promise<void>
}

export interface PoolOptions {
  /** As the owner of the database. */
  url: string
  /** Connections of the application's pool: each costs PostgreSQL 7 MB under load, and more than ten were not faster. */
  max?: number
  /** Which process this is (place.ts), for what it has taken to send. */
  place?: string
  /** An idle connection was lost; the pool makes a new one when it needs it. */
  onError?: (error: Error) => void
}

/** Opens nothing yet: the first query connects. Ask `checkConnection` first for a line that explains what is wrong. */
export function openPools({ url, max = 10, place, onError = () => {} }: PoolOptions): Pools {
  const owner = new pg.Pool({
    connectionString: url,
    max: 3,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'sila-owner',
  })
  const app = new pg.Pool({
    connectionString: withStartupOptions(url, `-c role=${applicationRole} -c idle_in_transaction_session_timeout=60s`),
    max,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    keepAlive: true,
    // Its place, the same after a crash, and its life, which is not (outbox_reclaim).
    application_name: place === undefined ? 'sila' : `sila-${place}.${randomBytes(4).toString('hex')}`,
  })
  // The server may end a session that has just said goodbye: no news while we close.
  let closing = false
  const lost = (error: Error): void => {
    if (!closing) onError(error)
  }
  for (const pool of [owner, app]) hearErrors(pool, lost)
  return {
    owner,
    app,
    close: async () => {
      closing = true
      await Promise.all([owner.end(), app.end()])
    },
  }
}

/** Whoever holds the connection hears of it from the next query. */
const ignore = (): void => {}

/**
 * A connection that is cut in somebody's hands between two queries says so by an event, and an event that nobody
 * hears ends the process. The pool itself listens only to those that are idle.
 */
export function hearErrors(pool: pg.Pool, lost: (error: Error) => void): void {
  const hear = (client: pg.PoolClient): void => {
    if (!client.listeners('error').includes(ignore)) client.on('error', ignore)
  }
  pool.on('error', lost)
  pool.on('connect', hear)
  // Whoever had it may have taken all listeners off.
  pool.on('release', (_error, client) => hear(client))
}

/** Startup options of a connection, beside those that its URL may already bring. */
export function withStartupOptions(url: string, options: string): string {
  const changed = new URL(url)
  const given = changed.searchParams.get('options')
  changed.searchParams.set('options', given === null ? options : `${given} ${options}`)
  return changed.href
}

/** @throws PlatformError with one line, without the password */
export async function checkConnection(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>('select current_setting($1) as version', ['server_version_num'])
    if (Number(rows[0]?.version) < oldestServer) {
      throw new PlatformError('database-too-old', `DATABASE_URL (${place(url)}) is not PostgreSQL 18 or later.`)
    }
  } catch (error) {
    throw error instanceof PlatformError ? error : explain(url, error)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * @throws PlatformError when row-level security would not bind this role, or it cannot be taken
 */
export async function assertRole(pool: pg.Pool): Promise<void> {
  const { rows } = await pool
    .query<{ role: string; rolsuper: boolean; rolbypassrls: boolean; owns: string | null }>(
      `select current_user as role, rolsuper, rolbypassrls,
         (select min(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema$)'
            and pg_has_role(current_user, c.relowner, 'usage')) as owns
       from pg_roles where rolname = current_user`,
    )
    .catch((error: unknown) => {
      throw explainRole(error)
    })
  const row = rows[0]
  if (row === undefined) throw new PlatformError('role-unknown', 'The database does not say which role the application has.')
  const reason = row.rolsuper
    ? 'is a superuser'
    : row.rolbypassrls
      ? 'has BYPASSRLS'
      : row.owns !== null
        ? `owns the table ${row.owns}`
        : null
  if (reason !== null) {
    throw new PlatformError(
      'role-bypasses-security',
      `The application's database role ${row.role} ${reason}, so it could see every association: row-level security must bind it.`,
    )
  }
}

function explainRole(error: unknown): unknown {
  const problem = { '42501': 'may not be taken by the user of DATABASE_URL', '22023': 'does not exist' }[codeOf(error)]
  if (problem === undefined) return error
  return new PlatformError(
    'role-not-taken',
    `The database role ${applicationRole} ${problem}: as an administrator, run the migrations, then GRANT ${applicationRole} TO that user WITH SET TRUE.`,
    { cause: error },
  )
}

const refusals: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the host is not known',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection',
  '28P01': 'user or password is wrong',
  '28000': 'the server refuses this user',
  '3D000': 'there is no such database',
  '42501': 'this user may not connect',
  '53300': 'the server has no connection left',
  '57P03': 'the server is starting or stopping',
}

function explain(url: string, error: unknown): PlatformError {
  // A host with several addresses fails with all their errors in one.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const reason = refusals[codeOf(first)] ?? (first instanceof Error && /timeout/i.test(first.message) ? 'it does not answer' : null)
  return new PlatformError(
    'database-unreachable',
    `DATABASE_URL (${place(url)}) cannot be used: ${reason ?? `it is not a PostgreSQL that can be talked to (${codeOf(first) || 'no code'})`}.`,
    { cause: error },
  )
}

/** Where it is, without user and password. */
function place(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port || '5432'}${pathname}`
}
