/** multipart/form-data, whole in memory: bodies here are tests' own and bounded by the reader. */
export interface Upload {
  name: string
  mime: string
  bytes: Buffer
}

interface Form {
  fields: Record<string, string>
  files: Map<string, Upload>
}

const lineEnd = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')

/** @returns null when the body is not what its header says */
export const readMultipart = (contentType: string, body: Buffer): Form | null => {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  const mark = boundary?.[1] ?? boundary?.[2]
  if (!mark) return null
  const opening = Buffer.from(`--${mark}`)
  const between = Buffer.from(`\r\n--${mark}`)
  const form: Form = { fields: {}, files: new Map() }
  let at = body.indexOf(opening)
  if (at < 0) return null
  at += opening.length
  for (;;) {
    if (body.subarray(at, at + 2).equals(Buffer.from('--'))) return form
    if (!body.subarray(at, at + 2).equals(lineEnd)) return null
    const head = body.indexOf(headEnd, at)
    const end = body.indexOf(between, at)
    if (head < 0 || end < 0 || end < head) return null
    if (!readPart(form, body.toString('utf8', at + 2, head), body.subarray(head + headEnd.length, Math.max(end, head + headEnd.length))))
      return null
    at = end + between.length
  }
}

const readPart = (form: Form, head: string, bytes: Buffer): boolean => {
  const headers = new Map(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const disposition = headers.get('content-disposition') ?? ''
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1]
  if (name === undefined) return false
  const filename = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1]
  if (filename === undefined) form.fields[name] = bytes.toString('utf8')
  else form.files.set(name, { name: filename, mime: headers.get('content-type') ?? 'application/octet-stream', bytes })
  return true
}
