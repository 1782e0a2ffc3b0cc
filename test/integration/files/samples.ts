/** Files as people and attackers send them, made here: no picture of anybody is kept in the repository. */
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import sharp from 'sharp'

const plain = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#7a8781' } })

/** Lying on its side, with the position of a house, the camera's name and a comment. */
export const photoWithPosition = (): Promise<Buffer> =>
  plain(400, 300)
    .jpeg()
    .withExif({
      IFD0: { Make: 'CanaryCamera', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '24/1 42/1 4949/100', GPSLongitudeRef: 'E', GPSLongitude: '46/1 40/1 3131/100' },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer()

export const png = (width = 40, height = 30): Promise<Buffer> => plain(width, height).png().toBuffer()
export const webp = (): Promise<Buffer> => plain(40, 30).webp().toBuffer()

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})
const crc = (bytes: Buffer): number => {
  let c = 0xffffffff
  for (const byte of bytes) c = (crcTable[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
const pngChunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc(body), body.length + 4)
  return out
}

/** 256 million pixels in some 30 KB. */
export const hugePng = (): Buffer => {
  const side = 16_000
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head[8] = 1 // one bit, grey
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const pixels = deflateSync(Buffer.alloc((side / 8 + 1) * side))
  return Buffer.concat([signature, pngChunk('IHDR', head), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))])
}

export const pdf = (extra = ''): Buffer =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R${extra}>>\n%%EOF\n`,
  )
export const lockedPdf = (): Buffer => pdf('/Encrypt 3 0 R/ID[<00><00>]')

/** One entry that unpacks to a thousand times its size. */
export const zipBomb = (name: string): Buffer => {
  const content = Buffer.alloc(50 * 1024 * 1024)
  const packed = deflateRawSync(content)
  const entry = Buffer.from(name)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(20, 4)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(packed.length, 18)
  local.writeUInt32LE(content.length, 22)
  local.writeUInt16LE(entry.length, 26)
  return Buffer.concat([local, entry, packed])
}
export const gzipBomb = (): Buffer => gzipSync(Buffer.alloc(20 * 1024 * 1024))

const box = (brand: string): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}\0\0\0\0${brand}isom`, 'latin1'), Buffer.alloc(64)])
export const mp4 = (): Buffer => box('mp42')
export const m4a = (): Buffer => box('M4A ')
export const heic = (): Buffer => box('heic')
export const mp3 = (): Buffer =>
  Buffer.concat([
    Buffer.from('ID3\x04\0\0\0\0\0\x0a', 'latin1'),
    Buffer.alloc(10),
    Buffer.from([0xff, 0xfb, 0x90, 0x64]),
    Buffer.alloc(600),
  ])
export const opus = (): Buffer =>
  Buffer.concat([
    Buffer.from('OggS\0\x02', 'latin1'),
    Buffer.alloc(20),
    Buffer.from('\x01\x13OpusHead\x01\x01', 'latin1'),
    Buffer.alloc(40),
  ])
