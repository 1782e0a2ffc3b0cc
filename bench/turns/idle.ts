/** People who are known and silent, inserted by SQL as the owner: random bytes stand for what is sealed. */
import pg from 'pg'

const chunk = 50_000

/** Raises the number of conversations from `from` to `to`; each has written once and was answered once. */
export const addIdle = async (url: string, from: number, to: number): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Bulk load without the checks of foreign keys, row by row.
    await client.query(`set session_replication_role = replica`)
    for (let first = from; first < to; first += chunk) {
      await client.query(bulk, [first, Math.min(to, first + chunk) - 1])
    }
    await client.query('set session_replication_role = default')
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

const bulk = `
  with k as (select id as account, association from channel_account limit 1),
  n as materialized (
    select uuidv7() as contact, uuidv7() as address, uuidv7() as conversation, uuidv7() as turn, uuidv7() as message, uuidv7() as answer, n
    from generate_series($1::int, $2::int) n
  ),
  p as (insert into contact (id, association, key, created_at)
        select contact, association, decode(repeat(md5(n::text), 4), 'hex') || '\\x00', now() from n, k),
  a as (insert into address (id, association, account_id, contact_id, external_index, external, created_at)
        select address, association, account, contact, sha256(n::text::bytea), sha256(n::text::bytea), now() from n, k),
  c as (insert into conversation (id, association, account_id, address_id, contact_id, version, state, last_in_at, last_out_at, created_at)
        select conversation, association, account, address, contact, 1, decode(repeat(md5(n::text), 50), 'hex'), now(), now(), now() from n, k),
  i as (insert into inbox (id, association, account_id, external_id, conversation_id, kind, content, at, state, turn_id, disposition)
        select message, association, account, 'idle-' || n, conversation, 'text', sha512(n::text::bytea), now(), 'taken', turn, 'answered' from n, k),
  t as (insert into turn (id, association, conversation_id, seq, kind, epoch, record, at)
        select turn, association, conversation, 1, 'message-received', 0, sha512(n::text::bytea), now() from n, k)
  insert into outbox (id, association, conversation_id, turn_id, seq, n, class, epoch, state, message, at, sent_at)
  select answer, association, conversation, turn, 1, 0, 'reply', 0, 'sent', sha512(n::text::bytea), now(), now() from n, k`
