/** A message's text in pieces that cannot disturb each other's direction. Nothing is ever markup. */

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'link'; text: string; href: string }
  | { kind: 'isolate'; text: string; dir: 'ltr' | 'auto' }

/** Embeddings and overrides turn what follows around; isolates (U+2066–2069) are ours and wanted. */
const overrides = /[\u202a-\u202e]/g
const isolates = /([\u2066\u2067\u2068])([^\u2066-\u2069\n]*)\u2069/g
const links = /https?:\/\/[^\s<>"'\u00ab\u00bb\u2066-\u2069]+/gi
/** A sentence's own mark after a link is not part of it. */
const trailing = /[.,;:!?)\]}\u060c\u061b\u061f]+$/

const linksIn = (text: string, out: Piece[]): void => {
  let from = 0
  for (const match of text.matchAll(links)) {
    const href = match[0].replace(trailing, '')
    if (!URL.canParse(href)) continue
    if (match.index > from) out.push({ kind: 'text', text: text.slice(from, match.index) })
    out.push({ kind: 'link', text: href, href })
    from = match.index + href.length
  }
  if (from < text.length) out.push({ kind: 'text', text: text.slice(from) })
}

/** @returns one list of pieces for each line. Lone isolates are dropped. */
export const piecesOf = (text: string): Piece[][] =>
  text
    .replace(overrides, '')
    .split(/\r\n|\r|\n/)
    .map((line) => {
      const out: Piece[] = []
      let from = 0
      for (const match of line.matchAll(isolates)) {
        const [whole, sign, inner = ''] = match
        linksIn(line.slice(from, match.index).replace(/[\u2066-\u2069]/g, ''), out)
        if (/^https?:\/\//i.test(inner)) linksIn(inner, out)
        else out.push({ kind: 'isolate', text: inner, dir: sign === '\u2066' ? 'ltr' : 'auto' })
        from = match.index + whole.length
      }
      linksIn(line.slice(from).replace(/[\u2066-\u2069]/g, ''), out)
      return out
    })
