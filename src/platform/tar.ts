/** Just enough of ustar with pax headers (POSIX.1-2001) for our own archives: folders and regular files of any name and size. */

export interface TarEntry {
  /** Relative, with slashes; a folder's ends with one. */
  path: string
  mode: number
  /** Bytes; 0 for folders. */
  size: number
}

const block = 512

/** The header, with a pax header before it where the plain one is too narrow. The content follows, then `padding`. */
export function tarHeader({ path, mode, size }: TarEntry): Buffer {
  const name = Buffer.from(path)
  const records: string[] = []
  if (name.length > 100) records.push(paxRecord('path', path))
  if (size >= 8 ** 11) records.push(paxRecord('size', String(size)))
  const plain = rawHeader(name.subarray(0, 100), mode, size < 8 ** 11 ? size : 0, path.endsWith('/') ? '5' : '0')
  if (records.length === 0) return plain
  const pax = Buffer.from(records.join(''))
  return Buffer.concat([rawHeader(Buffer.from('pax'), 0o600, pax.length, 'x'), pax, padding(pax.length), plain])
}

export function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * block)

function rawHeader(name: Buffer, mode: number, size: number, type: string): Buffer {
  const header = Buffer.alloc(block)
  name.copy(header)
  const octal = (value: number, at: number, width: number): void => {
    header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
  }
  octal(mode & 0o777, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  header.write(type, 156)
  header.write('ustar\x0000', 257, 'latin1')
  writeChecksum(header)
  return header
}

function writeChecksum(header: Buffer): void {
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

/** The sum of the bytes with the checksum's own field as spaces. */
function checksumOf(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  let length = rest + String(rest).length
  if (rest + String(length).length !== length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}

/**
 * Reads an archive to its end. Each entry's body is read, or skipped, before the next one comes.
 * @throws Error when it is not an archive or stops in the middle
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry & { body: AsyncIterable<Buffer> }> {
  const input = source[Symbol.asyncIterator]()
  let left = Buffer.alloc(0)
  /** At least one and at most `wanted` bytes. */
  const some = async (wanted: number): Promise<Buffer> => {
    while (left.length === 0) {
      const next = await input.next()
      if (next.done === true) throw new Error('the archive ends in the middle')
      left = Buffer.from(next.value)
    }
    const part = left.subarray(0, wanted)
    left = left.subarray(part.length)
    return part
  }
  const exactly = async (wanted: number): Promise<Buffer> => {
    const parts: Buffer[] = []
    for (let have = 0; have < wanted; have += parts.at(-1)?.length ?? 0) parts.push(await some(wanted - have))
    return Buffer.concat(parts)
  }

  let pax = new Map<string, string>()
  for (;;) {
    const header = await exactly(block)
    if (header.every((byte) => byte === 0)) break
    if (Number.parseInt(header.toString('latin1', 148, 156), 8) !== checksumOf(header)) throw new Error('the archive is damaged')
    const field = (from: number, to: number): string => header.toString('utf8', from, to).replace(/\0.*$/s, '')
    const size = Number(pax.get('size') ?? Number.parseInt(field(124, 136), 8))
    const type = field(156, 157)
    if (type === 'x') {
      pax = readPax(await exactly(size))
      await exactly(padding(size).length)
      continue
    }
    const prefix = field(345, 500)
    const path = pax.get('path') ?? (prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`)
    pax = new Map()
    let unread = size
    const body = (async function* () {
      while (unread > 0) {
        const part = await some(unread)
        unread -= part.length
        yield part
      }
    })()
    yield { path, mode: Number.parseInt(field(100, 108), 8), size, body }
    while (unread > 0) unread -= (await some(unread)).length
    await exactly(padding(size).length)
  }
  // What follows the end is only checked by whoever unzips.
  while ((await input.next()).done !== true);
}

function readPax(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', at, bytes.indexOf(32, at)), 10)
    if (!(length > 0)) throw new Error('the archive is damaged')
    const record = bytes.toString('utf8', bytes.indexOf(32, at) + 1, at + length - 1)
    records.set(record.slice(0, record.indexOf('=')), record.slice(record.indexOf('=') + 1))
    at += length
  }
  return records
}
