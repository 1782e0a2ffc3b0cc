/** The conversations that the desk lists, read in one statement however many they are. */
import { z } from 'zod'
import { ConversationId, RequestId, StaffId } from '../core/ids.ts'
import { RequestStage } from '../core/requests/request.ts'
import { Prisma } from './generated/client.ts'
import type { Tx } from './prisma.ts'

const bytes = z.instanceof(Uint8Array)

const Row = z.object({
  id: ConversationId,
  contact_id: z.string(),
  key: bytes.nullable(),
  name: bytes.nullable(),
  language: z.enum(['ar', 'en']).nullable(),
  gender: z.enum(['female', 'male']).nullable(),
  version: z.number(),
  channel: z.string(),
  owner_id: StaffId.nullable(),
  owner_name: z.string().nullable(),
  waiting_since: z.date().nullable(),
  waiting_reason: z.string().nullable(),
  last_in_at: z.date().nullable(),
  in_id: z.string().nullable(),
  in_kind: z.string().nullable(),
  in_content: bytes.nullable(),
  in_at: z.date().nullable(),
  out_id: z.string().nullable(),
  out_class: z.string().nullable(),
  out_message: bytes.nullable(),
  out_at: z.date().nullable(),
  unanswered: z.number(),
  unreachable: z.boolean(),
  request_id: RequestId.nullable(),
  request_reference: z.string().nullable(),
  request_stage: RequestStage.nullable(),
})
export type DeskRow = z.infer<typeof Row>

/** Most rows of a list: more than anyone scrolls through, and the waiting ones come first. */
export const listed = 200

const select = (wanted: Prisma.Sql, staff: string | null): Prisma.Sql => Prisma.sql`
  with wanted as (${wanted})
  select c.id, c.contact_id, p.key, p.name, p.language, p.gender, c.version, a.kind as channel,
    c.owner_id, s.name as owner_name, c.waiting_since, c.waiting_reason, c.last_in_at,
    i.id as in_id, i.kind as in_kind, i.content as in_content, i.at as in_at,
    o.id as out_id, o.class as out_class, o.message as out_message, o.at as out_at,
    coalesce(u.unanswered, 0)::int as unanswered,
    coalesce(ad.unreachable_at >= coalesce(c.last_in_at, '-infinity'), false) as unreachable,
    r.id as request_id, r.reference as request_reference, r.stage as request_stage
  from wanted w
  join conversation c on c.id = w.id
  join contact p on p.id = c.contact_id
  join channel_account a on a.id = c.account_id
  join address ad on ad.id = c.address_id
  left join staff s on s.id = c.owner_id
  left join lateral (select id, kind, content, at from inbox where conversation_id = c.id and seal is null order by id desc limit 1) i on true
  left join lateral (select id, class, message, at from outbox where conversation_id = c.id and state <> 'cancelled' and seal is null order by id desc limit 1) o on true
  left join lateral (
    select at from outbox where conversation_id = c.id and state <> 'cancelled' and class in ('reply', 'staff') order by id desc limit 1
  ) said on true
  left join lateral (
    select count(*) as unanswered from inbox
    where conversation_id = c.id and at > coalesce(said.at, '-infinity') and disposition is distinct from 'noted'
  ) u on true
  left join lateral (
    select id, reference, stage from request where contact_id = c.contact_id and stage <> 'discarded' order by opened_at desc limit 1
  ) r on true
  order by c.waiting_since is null, c.waiting_since, c.owner_id is distinct from ${staff}::uuid,
    greatest(c.last_in_at, c.last_out_at, c.last_staff_at, c.created_at) desc
  limit ${listed}`

/**
 * Recency is read from `turn`, whose rows lie in the order of time: `conversation` has no index on a
 * column that every turn changes.
 */
const listedIds = (association: string, staff: string, since: Date): Prisma.Sql => Prisma.sql`
  (select id from conversation where association = ${association} and waiting_since is not null order by waiting_since limit ${listed})
  union (select id from conversation where association = ${association} and owner_id = ${staff}::uuid limit ${listed})
  union (
    select id from (
      select conversation_id as id, max(at) as at from turn where association = ${association} and at > ${since}
      group by conversation_id order by 2 desc limit ${listed}
    ) recent
  )`

const day = 24 * 60 * 60_000

/** @param now business time: `turn.at` is of it */
export const readRows = async (tx: Tx, association: string, staff: string, now: Date): Promise<DeskRow[]> => {
  // A busy association fills the list from two days; a quiet one has little to read altogether.
  let rows: unknown[] = []
  for (const since of [new Date(now.getTime() - 2 * day), new Date(now.getTime() - 60 * day), new Date(0)]) {
    rows = await tx.$queryRaw<unknown[]>(select(listedIds(association, staff, since), staff))
    if (rows.length >= listed / 4) break
  }
  return rows.map((row) => Row.parse(row))
}

export const readRow = async (tx: Tx, association: string, id: ConversationId): Promise<DeskRow | null> => {
  const wanted = Prisma.sql`select id from conversation where association = ${association} and id = ${id}::uuid`
  const [row] = await tx.$queryRaw<unknown[]>(select(wanted, null))
  return row === undefined ? null : Row.parse(row)
}
