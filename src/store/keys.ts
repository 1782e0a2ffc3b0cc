/** Keys: the master key wraps each association's, that wraps each contact's. Destroying one erases what it sealed. */
import { LRUCache } from 'lru-cache'
import type { Pool } from 'pg'
import { DomainError } from '../ports/errors.ts'
import { blindIndex, newKey, open, seal } from './seal.ts'

export interface Keyring {
  /** @throws DomainError `not-found` for an association that was never imported */
  associationKey(association: string): Promise<Buffer>
  /**
   * @param wrapped `contact.key` when the caller has read it: saves a query, and null drops a cached key
   * @throws DomainError `not-found` when there is no such contact, or its key was destroyed
   */
  contactKey(association: string, contact: string, wrapped?: Uint8Array | null): Promise<Buffer>
  /** A key for a new contact. It is kept by whoever stores `wrapped` in `contact.key`. */
  makeContactKey(association: string, contact: string): Promise<{ key: Buffer; wrapped: Buffer }>
  /** A key for a new association, wrapped for `association.key`. */
  makeAssociationKey(association: string): Buffer
  /** @param kind what the value is: `external`, `phone`, `national-id` */
  blindIndex(association: string, kind: string, value: string): Buffer
  /** After erasure: other processes forget within five minutes, or at the next turn. */
  forget(contact: string): void
}

const KEPT = 20_000
const KEPT_MS = 5 * 60_000

const associationPlace = (slug: string) => ({ association: slug, table: 'association', row: slug, column: 'key' })
const contactPlace = (slug: string, contact: string) => ({ association: slug, table: 'contact', row: contact, column: 'key' })

export const createKeyring = (pool: Pool, keys: { master: Buffer; index: Buffer }): Keyring => {
  const associations = new Map<string, Promise<Buffer>>()
  const contacts = new LRUCache<string, Buffer>({ max: KEPT, ttl: KEPT_MS })

  const loadAssociation = async (slug: string) => {
    const { rows } = await pool.query<{ key: Buffer }>('select key from association where slug = $1', [slug])
    const wrapped = rows[0]?.key
    if (!wrapped) throw new DomainError('not-found', `association ${slug}`)
    return open(keys.master, associationPlace(slug), wrapped)
  }

  const associationKey = (slug: string) => {
    const known = associations.get(slug)
    if (known) return known
    const loading = loadAssociation(slug)
    associations.set(slug, loading)
    // A failure is not remembered: the association may be imported later.
    loading.catch(() => associations.delete(slug))
    return loading
  }

  const readWrapped = async (slug: string, contact: string): Promise<Uint8Array | null> => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query("select set_config('app.association', $1, true)", [slug])
      const { rows } = await client.query<{ key: Buffer | null }>('select key from contact where id = $1', [contact])
      await client.query('commit')
      client.release()
      return rows[0]?.key ?? null
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  const contactKey = async (slug: string, contact: string, wrapped?: Uint8Array | null) => {
    const name = `${slug}|${contact}`
    if (wrapped !== null) {
      const known = contacts.get(name)
      if (known) return known
    }
    const found = wrapped === undefined ? await readWrapped(slug, contact) : wrapped
    if (!found) {
      contacts.delete(name)
      throw new DomainError('not-found', `contact ${contact}`)
    }
    const key = open(await associationKey(slug), contactPlace(slug, contact), found)
    contacts.set(name, key)
    return key
  }

  return {
    associationKey,
    contactKey,
    async makeContactKey(slug, contact) {
      const key = newKey()
      return { key, wrapped: seal(await associationKey(slug), contactPlace(slug, contact), key) }
    },
    makeAssociationKey: (slug) => seal(keys.master, associationPlace(slug), newKey()),
    blindIndex: (slug, kind, value) => blindIndex(keys.index, slug, kind, value),
    forget(contact) {
      for (const name of contacts.keys()) if (name.endsWith(`|${contact}`)) contacts.delete(name)
    },
  }
}
