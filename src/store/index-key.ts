/** Two processes with different index keys would each find only their own people: better to find out at the start. */
import type { PrismaClient } from './generated/client.ts'
import type { Keyring } from './keys.ts'
import { inAssociation } from './prisma.ts'
import { openText } from './seal.ts'

interface Row {
  id: string
  contact: string
  key: Uint8Array
  external: Uint8Array
  index: Uint8Array
}

/** Holds one address against its index. @returns whether they fit; true as well while there is no address */
export const fitsIndexKey = async (prisma: PrismaClient, keyring: Keyring, association: string): Promise<boolean> => {
  const [row] = await inAssociation(
    prisma,
    association,
    (tx) => tx.$queryRaw<Row[]>`
      select a.id, a.contact_id as contact, c.key, a.external, a.external_index as index
      from address a join contact c on c.id = a.contact_id
      where a.association = ${association} and c.key is not null limit 1`,
  )
  if (row === undefined) return true
  const key = await keyring.contactKey(association, row.contact, row.key)
  const external = openText(key, { association, table: 'address', row: row.id, column: 'external' }, Buffer.from(row.external))
  return keyring.blindIndex(association, 'external', external).equals(row.index)
}
