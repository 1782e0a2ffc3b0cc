/** Decides by content what a file is, refuses what is not wanted, and takes out what should not be kept. */
import type { FileProblem } from '../core/engine/input.ts'

export type Checked = { ok: true; mime: string; extension: string; bytes: Buffer } | { ok: false; problem: FileProblem }

/** By the extension that the content deserves. Everything else is refused: archives, pages, drawings, programs. */
const wanted: Record<string, { mime: string; extension: string; image?: 'jpeg' | 'png' | 'webp' }> = {
  jpg: { mime: 'image/jpeg', extension: 'jpg', image: 'jpeg' },
  png: { mime: 'image/png', extension: 'png', image: 'png' },
  apng: { mime: 'image/png', extension: 'png', image: 'png' },
  webp: { mime: 'image/webp', extension: 'webp', image: 'webp' },
  // The prebuilt sharp has no decoder for it; should one come, it becomes a JPEG.
  heic: { mime: 'image/jpeg', extension: 'jpg', image: 'jpeg' },
  pdf: { mime: 'application/pdf', extension: 'pdf' },
  ogg: { mime: 'audio/ogg', extension: 'ogg' },
  oga: { mime: 'audio/ogg', extension: 'ogg' },
  opus: { mime: 'audio/ogg', extension: 'ogg' },
  mp3: { mime: 'audio/mpeg', extension: 'mp3' },
  m4a: { mime: 'audio/mp4', extension: 'm4a' },
  mp4: { mime: 'video/mp4', extension: 'mp4' },
}

/** Pixels of an image that is opened at all; sharp's own default let a 776 KB file of 256 MP through. */
const pixelLimit = 40_000_000
/** Longest side kept: a photographed page stays readable, a 12 MP photo shrinks to a tenth. */
const longestSide = 2500

/** Loaded with the first picture: 18 MB that a day without pictures does not need. */
const loadSharp = async () => {
  const { default: sharp } = await import('sharp')
  // Nothing of one person's picture is kept in memory for the next; it would not be asked for again.
  sharp.cache(false)
  return sharp
}

// Two pictures at a time: a decoded one may take 100 MB.
let free = 2
const waiting: (() => void)[] = []
const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (free > 0) free -= 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
}

/** Turned upright, made smaller, written anew: position, camera and thumbnails are gone with the old file. */
const reencode = async (bytes: Buffer, format: 'jpeg' | 'png' | 'webp'): Promise<Buffer> => {
  const sharp = await loadSharp()
  const image = sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'error' })
    .rotate()
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
  if (format === 'png') return image.png({ compressionLevel: 8 }).toBuffer()
  return format === 'webp' ? image.webp({ quality: 84 }).toBuffer() : image.jpeg({ quality: 84 }).toBuffer()
}

/** The dictionary that names the encryption is never itself compressed. */
const isLocked = (pdf: Buffer): boolean => /\/Encrypt\s*(?:\d+\s+\d+\s+R|<<)/.test(pdf.toString('latin1'))

const detect = async (bytes: Buffer): Promise<string | null> => {
  try {
    const { fileTypeFromBuffer } = await import('file-type')
    return (await fileTypeFromBuffer(bytes))?.ext ?? null
  } catch {
    // It throws at the end of a file that stops in the middle of its header.
    return null
  }
}

export const checkFile = async (bytes: Buffer): Promise<Checked> => {
  if (bytes.length === 0) return { ok: false, problem: 'empty' }
  const detected = await detect(bytes)
  const kind = detected === null ? undefined : wanted[detected]
  if (!kind) return { ok: false, problem: 'type' }
  const { mime, extension, image } = kind
  if (extension === 'pdf' && isLocked(bytes)) return { ok: false, problem: 'locked' }
  if (!image) return { ok: true, mime, extension, bytes }
  try {
    return { ok: true, mime, extension, bytes: await inTurn(() => reencode(bytes, image)) }
  } catch (error) {
    if (detected === 'heic') return { ok: false, problem: 'type' }
    const tooMany = error instanceof Error && error.message.includes('pixel limit')
    return { ok: false, problem: tooMany ? 'too-large' : 'failed' }
  }
}

/** Endings that say what a file is; only one may stay, and it is ours. */
const endings =
  /(?:\.(?:jpe?g|a?png|webp|hei[cf]|gif|svg|pdf|og[ga]|opus|mp[34]|m4a|docx?|xlsx?|pptx?|zip|rar|exe|scr|com|bat|cmd|js|html?|php|apk|txt))+$/i

/** @returns the sender's name without path, controls and direction tricks; null when nothing is left */
export const plainName = (name: string | null): string | null => {
  const last = (name ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .replace(/^\.+/, '')
    .normalize('NFC')
  const short = [...clean].slice(0, 120).join('').trim()
  return short === '' ? null : short
}

/** @returns the plain name with the extension that the content deserves, whatever it claimed */
export const nameOf = (name: string | null, extension: string): string | null => {
  const stem = plainName(name)?.replace(endings, '').slice(0, 100).trim()
  return stem ? `${stem}.${extension}` : null
}
