/** What a reader answers: never NaN, never a guess that looks like an answer. */

/**
 * `confirm`: the value stood in a sentence or in words and is read back before it counts.
 * `details` hold counts and limits for the reply, never the text itself.
 */
export type Reading<Value, Reason extends string, Details = never> =
  | { ok: true; value: Value; confirm?: boolean }
  | { ok: false; reason: Reason; details?: Details }

/** Format characters and marks that stand between digits without being seen (bidi, zero width, keycap). */
const unseen = /[\p{Cf}\p{Me}\ufe00-\ufe0f]/gu

/** @returns NFKC of the first 2,000 units without unseen characters: what a reader of numbers looks at. */
export const plainOf = (text: string): string => text.slice(0, 2_000).replace(unseen, '').normalize('NFKC').replace(unseen, '').trim()
