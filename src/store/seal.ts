/**
 * Sealing: AES-256-GCM, `[version 1][IV 12][tag 16][ciphertext]`. The place (association, table, row,
 * column) is authenticated with it, so that a value moved elsewhere does not open.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomFillSync } from 'node:crypto'

/** Where a sealed value stands. `row` is the row's id. */
export interface Place {
  association: string
  table: string
  row: string
  column: string
}

const VERSION = 1
const IV = 12
const TAG = 16
const HEAD = 1 + IV + TAG

// One call for many IVs: randomBytes(12) per value costs about a third of sealing it.
const ivs = Buffer.allocUnsafe(IV * 512)
let nextIv = ivs.length

const additional = (place: Place) => Buffer.from(`${place.association}|${place.table}|${place.row}|${place.column}`)

/** @param key 32 bytes */
export const seal = (key: Buffer, place: Place, plain: Buffer | string): Buffer => {
  if (nextIv === ivs.length) {
    randomFillSync(ivs)
    nextIv = 0
  }
  const iv = ivs.subarray(nextIv, nextIv + IV)
  nextIv += IV
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG })
  cipher.setAAD(additional(place))
  // GCM is a stream: all of the ciphertext comes from update, final only closes.
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  cipher.final()
  const sealed = Buffer.allocUnsafe(HEAD + body.length)
  sealed[0] = VERSION
  iv.copy(sealed, 1)
  cipher.getAuthTag().copy(sealed, 1 + IV)
  body.copy(sealed, HEAD)
  return sealed
}

/** @throws when the value was altered, moved, or sealed with another key */
export const open = (key: Buffer, place: Place, sealed: Uint8Array): Buffer => {
  if (sealed.length < HEAD || sealed[0] !== VERSION) throw new Error(`not a sealed value: ${place.table}.${place.column}`)
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + IV), { authTagLength: TAG })
  decipher.setAAD(additional(place))
  decipher.setAuthTag(sealed.subarray(1 + IV, HEAD))
  const plain = decipher.update(sealed.subarray(HEAD))
  try {
    decipher.final()
  } catch {
    throw new Error(`sealed value does not open: ${place.table}.${place.column}`)
  }
  return plain
}

export const sealText = (key: Buffer, place: Place, value: string): Buffer => seal(key, place, value)
export const openText = (key: Buffer, place: Place, sealed: Uint8Array): string => open(key, place, sealed).toString('utf8')
export const sealJson = (key: Buffer, place: Place, value: unknown): Buffer => seal(key, place, JSON.stringify(value))
/** @returns what was sealed; the caller knows its shape because the place is authenticated. */
export const openJson = <T>(key: Buffer, place: Place, sealed: Uint8Array): T => JSON.parse(openText(key, place, sealed)) as T

export const newKey = (): Buffer => randomBytes(32)

/**
 * Finds an identifier without keeping it: HMAC-SHA-256 of association, kind and canonical value.
 * The space of ids and phones is small, so the key must stand outside the database.
 */
export const blindIndex = (indexKey: Buffer, association: string, kind: string, value: string): Buffer =>
  createHmac('sha256', indexKey).update(`${association}|${kind}|${value}`).digest()
