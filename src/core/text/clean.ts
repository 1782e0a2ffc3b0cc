/** The edge: what any text of a person goes through before it is stored, matched or shown. */

/** Longest text kept, in UTF-16 units: the maximum of WhatsApp. */
export const maxTextUnits = 65_536

/** NUL and the other control characters except line feed and tab. PostgreSQL refuses NUL (22021, 22P05). */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/** Embeddings, overrides and isolates: a stranger's text must not turn the line it is shown in. */
const bidiControls = /[\u202a-\u202e\u2066-\u2069]/g
/** Tag characters outside a flag (black flag, 3 to 6 tags, cancel tag) are invisible instructions. */
const tags = /(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f})|[\u{e0000}-\u{e007f}]+/gu
const unclean = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\udb40]/

const cut = (text: string): string => {
  if (text.length <= maxTextUnits) return text
  const last = text.charCodeAt(maxTextUnits - 1)
  const splitsPair = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, splitsPair ? maxTextUnits - 1 : maxTextUnits)
}

/**
 * Makes a text safe to store (PostgreSQL `text` and `jsonb`), to show and to compare: at most
 * {@link maxTextUnits} units, well-formed, in NFC, without control characters, hidden direction
 * characters and hidden tags. Everything else stays as it was written. Total; idempotent.
 */
export const cleanText = (raw: string): string => {
  const text = cut(raw).toWellFormed()
  const kept = unclean.test(text)
    ? text
        .replace(controls, '')
        .replace(bidiControls, '')
        .replace(tags, (_, flag: string | undefined) => flag ?? '')
    : text
  // NFC can lengthen (U+FB2C becomes three marks), hence the second cut.
  return cut(kept.normalize('NFC'))
}

/** @returns true when {@link cleanText} changes the text: the desk shows that something hidden was removed. */
export const needsCleaning = (raw: string): boolean => cleanText(raw) !== raw
