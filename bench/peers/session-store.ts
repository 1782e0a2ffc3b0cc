/**
 * Telegraf's sessions in PostgreSQL. `@telegraf/session` is not a dependency of this project: its store (Kysely) is
 * repeated here over plain `pg`: the table "telegraf-sessions" (key, session), one select before and one upsert after
 * each update, the session as JSON text. Without Kysely's building of queries it is a little faster than the original.
 */
import type pg from 'pg'

const table = `create table if not exists "telegraf-sessions" (key varchar(32) primary key not null, session text)`

export const createSessionStore = async (pool: pg.Pool) => {
  await pool.query(table)
  return {
    async get(key: string) {
      const { rows } = await pool.query<{ session: string }>('select "session" from "telegraf-sessions" where "key" = $1', [key])
      const found = rows[0]
      return found && JSON.parse(found.session)
    },
    async set(key: string, value: object) {
      await pool.query(
        'insert into "telegraf-sessions" ("key", "session") values ($1, $2) on conflict ("key") do update set "session" = $2',
        [key, JSON.stringify(value)],
      )
    },
    async delete(key: string) {
      await pool.query('delete from "telegraf-sessions" where "key" = $1', [key])
    },
  }
}
