/** Misspellings. */

/** Edits forgiven in a word of so many letters: none in short ones, where one edit makes another word (ملك، فلك). */
export const editsAllowed = (letters: number): number => (letters <= 3 ? 0 : letters <= 6 ? 1 : 2)

/**
 * @returns true when `a` becomes `b` by at most `edits` insertions, deletions, replacements or swaps of
 * neighbours (optimal string alignment).
 */
export const isWithin = (a: string, b: string, edits: number): boolean => {
  if (a === b) return true
  if (edits <= 0 || Math.abs(a.length - b.length) > edits) return false
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    let best = row
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min((above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1)
      current.push(cost)
      if (cost < best) best = cost
    }
    if (best > edits) return false
    before = above
    above = current
  }
  return (above[b.length] ?? edits + 1) <= edits
}
