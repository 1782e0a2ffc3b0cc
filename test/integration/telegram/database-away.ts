/** Takes a test's database away: everybody is thrown out, nobody gets in. */
import pg from 'pg'

interface Absence {
  begin(): Promise<void>
  end(): Promise<void>
}

/** @param url of the database, as the owner of the cluster */
export const absenceOf = (url: string): Absence => {
  const name = new URL(url).pathname.slice(1)
  const run = async (...statements: string[]): Promise<void> => {
    const elsewhere = new URL(url)
    elsewhere.pathname = '/postgres'
    const client = new pg.Client({ connectionString: elsewhere.href })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  return {
    begin: () =>
      run(
        `alter database ${name} with allow_connections false`,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
      ),
    end: () => run(`alter database ${name} with allow_connections true`),
  }
}
