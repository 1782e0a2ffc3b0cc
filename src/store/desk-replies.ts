/** Idempotency-Keys of the desk. A row with status 0 is a change under way. */
import type { Claim } from '../ports/desk-store.ts'
import type { Tx } from './prisma.ts'

const underWay = 0

export const claimKey = async (tx: Tx, association: string, key: string, hash: string): Promise<Claim> => {
  // A claim older than a minute belonged to a process that died: no change takes that long.
  const taken = await tx.$queryRaw<unknown[]>`
    insert into idempotent_reply (association, key, hash, status, body, at) values (${association}, ${key}, ${hash}, ${underWay}, '', now())
    on conflict (association, key) do update set hash = excluded.hash, at = excluded.at
      where idempotent_reply.status = ${underWay} and idempotent_reply.at < now() - interval '1 minute'
    returning key`
  if (taken.length > 0) return { kind: 'fresh' }
  const row = await tx.idempotentReply.findUnique({ where: { association_key: { association, key } } })
  if (row === null) return { kind: 'busy' }
  if (row.hash !== hash) return { kind: 'mismatch' }
  if (row.status === underWay) return { kind: 'busy' }
  return { kind: 'done', status: row.status, body: Buffer.from(row.body).toString('utf8') }
}

export const keepReply = async (tx: Tx, association: string, key: string, reply: { status: number; body: string }): Promise<void> => {
  await tx.idempotentReply.update({
    where: { association_key: { association, key } },
    data: { status: reply.status, body: new Uint8Array(Buffer.from(reply.body)) },
  })
}

export const dropClaim = async (tx: Tx, association: string, key: string): Promise<void> => {
  await tx.idempotentReply.deleteMany({ where: { association, key, status: underWay } })
}
