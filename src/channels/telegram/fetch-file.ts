/** Fetches a file that somebody sent: its place from `getFile`, then its bytes over HTTP. */
import type { Fetched } from '../../ports/channel.ts'
import { type BotApi, BotApiError } from './api.ts'

/** Bytes of the largest file that a bot may fetch (Bot API: getFile). */
export const downloadLimit = 20_000_000
/** Of the whole download. */
const downloadTimeoutMs = 60_000

/** Never with the address, which holds the token. */
class DownloadError extends Error {
  constructor(reason: string) {
    super(`download: ${reason}`)
    this.name = 'DownloadError'
  }
}

const permanent = { ok: false, problem: 'failed' } as const
const later = { ok: false, problem: null } as const
const tooLarge = { ok: false, problem: 'too-large' } as const

async function* bytesOf(body: ReadableStream<Uint8Array>, abort: AbortController, timer: NodeJS.Timeout): AsyncIterable<Uint8Array> {
  const reader = body.getReader()
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new DownloadError('it broke off')
      })
      if (done) return
      size += value.length
      if (size > downloadLimit) throw new DownloadError('larger than Telegram lets a bot fetch')
      yield value
    }
  } finally {
    clearTimeout(timer)
    abort.abort()
  }
}

/** @returns what became of it; the stream, too, throws only errors that do not know the token. */
export const fetchFile = async (api: BotApi, remote: string): Promise<Fetched> => {
  let path: string
  try {
    const file = await api.call('getFile', { file_id: remote })
    if ((file.file_size ?? 0) > downloadLimit) return tooLarge
    // A Bot API server started with --local names a place on its own disk, which is not ours to read.
    if (file.file_path === undefined || file.file_path.startsWith('/')) return permanent
    path = file.file_path
  } catch (error) {
    if (!(error instanceof BotApiError) || error.status !== 400) return later
    if (/too big/i.test(error.description)) return tooLarge
    return /temporarily unavailable/i.test(error.description) ? later : permanent
  }
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), downloadTimeoutMs)
  const response = await fetch(api.fileUrl(path), { signal: abort.signal, redirect: 'error' }).catch(() => null)
  if (!response?.ok || !response.body) {
    clearTimeout(timer)
    abort.abort()
    return later
  }
  const { body } = response
  return { ok: true, name: path.split('/').at(-1) ?? null, stream: bytesOf(body, abort, timer) }
}
