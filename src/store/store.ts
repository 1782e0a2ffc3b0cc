/** Everything kept in PostgreSQL, on one pool whose connections have taken the role `sila_app`. */
import type { Pool } from 'pg'
import type { LinkStore } from '../ports/link-store.ts'
import type { OutboxStore } from '../ports/outbox-store.ts'
import type { TurnStore } from '../ports/turn-store.ts'
import { type AssociationStore, createAssociationStore } from './association-store.ts'
import type { PrismaClient } from './generated/client.ts'
import { createKeyring, type Keyring } from './keys.ts'
import { createLinkStore } from './links.ts'
import { createOutboxStore } from './outbox-store.ts'
import { createPrisma } from './prisma.ts'
import { createTurnStore } from './turn-store.ts'

export interface Store {
  turns: TurnStore
  outbox: OutboxStore
  links: LinkStore
  associations: AssociationStore
  keyring: Keyring
  prisma: PrismaClient
}

/** @param keys 32 bytes each, kept outside the database */
export const createStore = ({ pool, keys }: { pool: Pool; keys: { master: Buffer; index: Buffer } }): Store => {
  const keyring = createKeyring(pool, keys)
  const prisma = createPrisma(pool)
  return {
    turns: createTurnStore(pool, prisma, keyring),
    outbox: createOutboxStore(pool, prisma, keyring),
    links: createLinkStore(prisma, keyring),
    associations: createAssociationStore(pool, prisma, keyring),
    keyring,
    prisma,
  }
}
