/** Most of these moments in any window of this length, ms. */
export const busiest = (moments: readonly number[], ms: number): number => {
  let most = 0
  let first = 0
  for (const [index, at] of moments.entries()) {
    while (at - (moments[first] ?? at) >= ms) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}
