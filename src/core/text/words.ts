/** Pieces of Arabic words, for comparing them. */

const prefixes = ['وال', 'بال', 'كال', 'فال', 'لل', 'ال']
const single = ['و', 'ب', 'ف', 'ل']

/** @returns the (normalised) word without its article and the particles glued to it, when at least three letters remain. */
export const withoutArticle = (word: string): string => {
  for (const prefix of prefixes) if (word.startsWith(prefix) && word.length - prefix.length >= 3) return word.slice(prefix.length)
  return word
}

/** @returns the word without «و ب ف ل» in front as well; many words begin with these letters, so try it second. */
export const withoutParticle = (word: string): string => (single.includes(word.charAt(0)) && word.length >= 5 ? word.slice(1) : word)

/** @returns the items under their keys, in order. `Map.groupBy` is younger than Node 20. */
export const groupBy = <Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> => {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** @returns the phrases of a list written as `a | b`, over any number of lines. */
export const phrases = (list: string): readonly string[] =>
  list
    .split(/[|\n]/)
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
