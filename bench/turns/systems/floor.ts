/**
 * The floor: one statement that drops a duplicate, updates the conversation and inserts inbound and
 * outbound, through bare `pg`. No security, no encryption, no engine: the least that is durable.
 */
import pg from 'pg'
import { answerOf, type System, wordOf } from '../system.ts'

const tables = `
  create table floor_conversation (id integer primary key, version integer not null default 0, state text not null) with (fillfactor = 80);
  create table floor_inbound (id bigint generated always as identity primary key, conversation integer not null, external text not null unique, body text not null);
  create table floor_outbound (id bigint generated always as identity primary key, conversation integer not null, body text not null)`

const statement = {
  name: 'floor',
  text: `with i as (insert into floor_inbound (conversation, external, body) values ($1, $2, $3) on conflict (external) do nothing returning conversation),
    c as (update floor_conversation f set version = version + 1, state = $4 from i where f.id = i.conversation returning f.id)
    insert into floor_outbound (conversation, body) select id, $5 from c`,
}

export const createFloor = (): System => {
  let pool: pg.Pool
  let external = 0
  return {
    name: 'floor: one statement, bare pg',
    async setup(url, conversations) {
      pool = new pg.Pool({ connectionString: url, max: 20 })
      await pool.query(tables)
      await pool.query(`insert into floor_conversation (id, state) select n, '{}' from generate_series(0, $1::int - 1) n`, [conversations])
    },
    async turn(conversation, step) {
      external += 1
      const state = JSON.stringify({
        v: 1,
        flow: 'support-request',
        step,
        at: Date.now(),
        past: ['a', 'b', 'c'],
        note: answerOf(step).slice(0, 60),
      })
      await pool.query({ ...statement, values: [conversation, `f-${external}`, wordOf(step), state, answerOf(step)] })
    },
    close: () => pool.end(),
  }
}
