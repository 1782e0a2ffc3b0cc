/** Cuts a text that is too long for one message where a reader would pause. */

const isolateStart = /[\u2066-\u2068]/
const pdi = '\u2069'
const space = /\s/
const sentenceEnd = /[.!?؟…]/

/** A pause counts when at least this part of the message is then full. */
const fullEnough = 1 / 3
/** Isolates open at once that are closed and opened again around a cut; a text with more is not ours. */
const mostOpen = 8

let graphemes: Intl.Segmenter | null = null

/** Where a letter with its marks, or an emoji with its parts, begins at or before `at`: unless it is endless. Never between surrogates. */
const letterBefore = (text: string, at: number): number => {
  graphemes ??= new Intl.Segmenter('ar', { granularity: 'grapheme' })
  const start = graphemes.segment(text.slice(0, at + 32)).containing(at)?.index ?? at
  if (start > at / 2) return start
  const unit = text.charCodeAt(at - 1)
  return at > 1 && unit >= 0xd800 && unit <= 0xdbff ? at - 1 : at
}

/** Isolates that are open before position `at`. */
const openBefore = (text: string, at: number): string[] => {
  const open: string[] = []
  for (const unit of text.slice(0, at)) {
    if (isolateStart.test(unit)) open.push(unit)
    else if (unit === pdi) open.pop()
  }
  return open
}

/** Last pauses before `limit` that stand in no isolate: by paragraph, line, sentence, word. */
const pausesIn = (text: string, limit: number): { paragraph: number; line: number; sentence: number; word: number; outside: number } => {
  const found = { paragraph: 0, line: 0, sentence: 0, word: 0, outside: 0 }
  let depth = 0
  for (let at = 1; at <= limit; at += 1) {
    const before = text.charAt(at - 1)
    const after = text.charAt(at)
    if (isolateStart.test(before)) depth += 1
    else if (before === pdi && depth > 0) depth -= 1
    if (depth > 0) continue
    if (isolateStart.test(after)) found.outside = at
    if (before === '\n' && after === '\n') found.paragraph = at
    else if (before === '\n' || after === '\n') found.line = at
    else if (sentenceEnd.test(before) && space.test(after)) found.sentence = at
    else if (space.test(before) || space.test(after)) found.word = at
  }
  return found
}

/** @returns how much of the text the first message takes. */
const cutAt = (text: string, limit: number): number => {
  const { paragraph, line, sentence, word, outside } = pausesIn(text, limit)
  const enough = limit * fullEnough
  for (const pause of [paragraph, line, sentence, word]) if (pause >= enough) return pause
  if (openBefore(text, limit).length > 0) {
    // Rather a short message than a reference or a name in two.
    const before = Math.max(paragraph, line, sentence, word, outside)
    if (before > 0) return before
  }
  return letterBefore(text, limit)
}

/**
 * @param limit UTF-16 units of one part, at least 64
 * @returns the text in order, each part within `limit`: cut between paragraphs, else lines, sentences, words; never inside
 * a letter, and inside an isolate only when it alone is longer than a message (it is then closed and opened again).
 * Nothing is lost but the white space at the cuts.
 */
export const splitText = (text: string, limit: number): string[] => {
  const parts: string[] = []
  let rest = text
  while (rest.length > limit) {
    const whole = cutAt(rest, limit)
    const at = openBefore(rest, whole).length === 0 ? whole : cutAt(rest, limit - mostOpen)
    const open = openBefore(rest, at)
    const reopened = open.length <= mostOpen ? open : []
    const part = rest.slice(0, at).trimEnd() + pdi.repeat(reopened.length)
    if (part !== '') parts.push(part)
    rest = reopened.join('') + rest.slice(at).trimStart()
  }
  if (rest !== '' || parts.length === 0) parts.push(rest)
  return parts
}
