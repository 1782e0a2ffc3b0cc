/** Several processes of Sila on one database, one Redis and one data folder, as on a server. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freshDatabase } from './cluster.ts'
import { signIn } from './desk-client.ts'
import { createOfficer, type Officer } from './officer.ts'
import { endPrograms, type Program, runProgram } from './program.ts'
import { type RunningRedis, startRedis } from './redis.ts'

export interface Member {
  program: Program
  url: string
  /** Ends it as asked; @returns its exit code */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

export interface Fleet {
  redis: RunningRedis
  dataDir: string
  /** What every member's environment has in common. */
  env: Record<string, string>
  query<T extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<T[]>
  start(role: 'gateway' | 'worker', change?: Record<string, string>): Promise<Member>
  /** The first sign-in, at a gateway. */
  officer(url: string): Promise<Officer>
  /** The same member of staff's cookie. */
  cookie(url: string): Promise<string>
  close(): Promise<void>
}

export const openFleet = async (): Promise<Fleet> => {
  const [database, redis] = await Promise.all([freshDatabase({ migrated: false }), startRedis()])
  const folder = mkdtempSync(join(tmpdir(), 'sila-fleet-'))
  const dataDir = join(folder, 'data')
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
  for (const key of ['master', 'index', 'auth']) writeFileSync(join(dataDir, 'keys', `${key}.key`), randomBytes(32), { mode: 0o600 })
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  const env = {
    PORT: '0',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    SILA_DATA_DIR: dataDir,
    SILA_BURST_TEXT_MS: '100',
    SILA_BURST_MEDIA_MS: '100',
  }
  const members = new Set<Member>()
  const firstSignIn = (): [email: string, password: string] => {
    const [email = '', password = ''] = readFileSync(join(dataDir, 'first-sign-in.txt'), 'utf8').trim().split('\n')
    return [email, password]
  }
  return {
    redis,
    dataDir,
    env,
    query: async <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []) => (await pool.query<T>(sql, values)).rows,
    start: async (role, change = {}) => {
      const program = runProgram(['start'], { ...env, ...change, SILA_ROLE: role })
      const [, url = ''] = await program.until(new RegExp(`Sila ${role} is running at (\\S+) `), 60_000)
      const member: Member = {
        program,
        url,
        end: async (signal = 'SIGTERM') => {
          members.delete(member)
          program.child.kill(signal)
          return await program.ended
        },
      }
      members.add(member)
      return member
    },
    cookie: async (url) => {
      const response = await signIn(url, ...firstSignIn())
      return response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(';')[0])
        .join('; ')
    },
    officer: async (url) => {
      const officer = createOfficer(url)
      await officer.signIn(...firstSignIn())
      return officer
    },
    close: async () => {
      await Promise.all([...members].map((member) => member.end('SIGKILL')))
      // And what a failed test had started beside them.
      endPrograms()
      await pool.end()
      await redis.stop()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
