/** Finds the article or flow that a message asks for. In memory, no model files; built anew for every release. */
import type { Candidate, Understanding } from '../engine/input.ts'
import { normalise, wordsOf } from '../text/normalise.ts'
import { bandOf, confidence } from './calibration.ts'
import { asksOrWishes, termOf } from './lexicon.ts'

export interface KnowledgeEntry {
  kind: 'article' | 'flow'
  id: string
  /** Ways in which people ask for it, any spelling; eight or more in dialect make the difference. */
  phrasings: readonly string[]
}

export interface Matcher {
  /** As given: kept with every turn, so that a record says which knowledge it was answered from. */
  version: string
  /** @returns at most three candidates, best first, `score` calibrated 0–1; none for text without known words. */
  match(text: string): Candidate[]
  /** @returns what the best score allows. */
  band(candidates: readonly Candidate[]): Understanding['band']
}

/** Longest message compared: what comes later in a story says no more about the question. */
const mostTerms = 60
const shortestGram = 2
const longestGram = 5

const gramsOf = (term: string): string[] => {
  const word = `#${term}#`
  const grams: string[] = []
  for (let size = shortestGram; size <= longestGram; size += 1)
    for (let at = 0; at + size <= word.length; at += 1) grams.push(word.slice(at, at + size))
  return grams
}

const termsOf = (words: readonly string[]): string[] => {
  const terms: string[] = []
  for (const word of words) {
    const term = termOf(word)
    if (term !== null) terms.push(term)
    if (terms.length === mostTerms) break
  }
  return terms
}

const pairsOf = (terms: readonly string[]): string[] => terms.slice(1).map((term, at) => `${terms[at]} ${term}`)

/** Where a feature occurs, and its weight in each of these phrasings (unit length). */
interface Feature {
  idf: number
  at: number[]
  weight: number[]
}

interface Space {
  features: Map<string, Feature>
  /** Weight of a feature that no phrasing has. */
  unseen: number
}

const buildSpace = (documents: readonly (readonly string[])[]): Space => {
  const idfOf = (documentsWith: number): number => Math.log(1 + (documents.length - documentsWith + 0.5) / (documentsWith + 0.5))
  const features = new Map<string, Feature>()
  documents.forEach((document, index) => {
    for (const name of new Set(document)) {
      const feature = features.get(name) ?? { idf: 0, at: [], weight: [] }
      feature.at.push(index)
      features.set(name, feature)
    }
  })
  const squares = new Float64Array(documents.length)
  for (const feature of features.values()) {
    feature.idf = idfOf(feature.at.length)
    for (const index of feature.at) squares[index] = (squares[index] ?? 0) + feature.idf ** 2
  }
  for (const feature of features.values()) feature.weight = feature.at.map((index) => feature.idf / Math.sqrt(squares[index] ?? 1))
  return { features, unseen: idfOf(0) }
}

/** Adds the cosine of the query with every phrasing to `scores`. @returns false when nothing of it is known. */
const addCosines = (space: Space, names: Iterable<string>, scores: Float64Array): boolean => {
  let square = 0
  let known = false
  scores.fill(0)
  const unseen = space.unseen ** 2
  for (const name of names) {
    const feature = space.features.get(name)
    if (feature === undefined) {
      square += unseen
      continue
    }
    known = true
    square += feature.idf ** 2
    const { at, weight, idf } = feature
    for (let index = 0; index < at.length; index += 1) {
      const phrasing = at[index] ?? 0
      scores[phrasing] = (scores[phrasing] ?? 0) + idf * (weight[index] ?? 0)
    }
  }
  const length = Math.sqrt(square)
  if (known) for (let index = 0; index < scores.length; index += 1) scores[index] = (scores[index] ?? 0) / length
  return known
}

/**
 * @param entries articles and flows of one release; entries without phrasings are never found
 * @param version identifies the knowledge in turn records
 * @returns a matcher: TF-IDF of character 2–5-grams, of words and word pairs over every phrasing, and the share of the
 * message that an entry's words cover, fused by {@link confidence}. Equal input gives equal output.
 */
export const buildMatcher = (entries: readonly KnowledgeEntry[], version: string): Matcher => {
  const owners: number[] = []
  const phrasings: string[][] = []
  entries.forEach((entry, owner) => {
    for (const phrasing of entry.phrasings) {
      const terms = termsOf(wordsOf(normalise(phrasing)))
      if (terms.length === 0) continue
      owners.push(owner)
      phrasings.push(terms)
    }
  })
  const written = entries.map((entry) => new Set(entry.phrasings.map(normalise)))
  const words = buildSpace(phrasings.map((terms) => [...terms, ...pairsOf(terms)]))
  const grams = buildSpace(phrasings.map((terms) => terms.flatMap(gramsOf)))
  const vocabulary = entries.map((_, owner) => new Set(phrasings.flatMap((terms, index) => (owners[index] === owner ? terms : []))))
  const gramsKnown = new Map(phrasings.flat().map((term) => [term, gramsOf(term)]))
  const byWords = new Float64Array(phrasings.length)
  const byGrams = new Float64Array(phrasings.length)

  const match = (text: string): Candidate[] => {
    const normal = normalise(text)
    const said = wordsOf(normal)
    const terms = termsOf(said)
    if (terms.length === 0 || phrasings.length === 0) return []
    const names = new Set<string>()
    for (const term of new Set(terms)) for (const gram of gramsKnown.get(term) ?? gramsOf(term)) names.add(gram)
    const known = addCosines(grams, names, byGrams)
    if (!known) return []
    addCosines(words, new Set([...terms, ...pairsOf(terms)]), byWords)
    // Per entry: its best phrasing by the mean of both, and how close the second best is.
    const best = new Map<number, { gram: number; word: number; sum: number; more: number }>()
    for (let index = 0; index < phrasings.length; index += 1) {
      const gram = byGrams[index] ?? 0
      const word = byWords[index] ?? 0
      const sum = gram + word
      if (sum < 0.15) continue
      const owner = owners[index] ?? 0
      const held = best.get(owner)
      if (held === undefined) best.set(owner, { gram, word, sum, more: 0 })
      else if (sum > held.sum) best.set(owner, { gram, word, sum, more: held.sum })
      else if (sum > held.more) held.more = sum
    }
    const ranked = [...best].sort(([a, x], [b, y]) => y.sum + y.more * 0.25 - (x.sum + x.more * 0.25) || a - b).slice(0, 4)
    const asks = asksOrWishes(said) || /[?؟]/.test(text)
    const distinct = new Set(terms)
    let total = 0
    for (const term of distinct) total += words.features.get(term)?.idf ?? words.unseen
    return ranked
      .map(([owner, held], at): Candidate & { raw: number } => {
        let covered = 0
        for (const term of distinct) if (vocabulary[owner]?.has(term)) covered += words.features.get(term)?.idf ?? 0
        const rival = ranked[at === 0 ? 1 : 0]?.[1].sum ?? 0
        const entry = entries[owner]
        const score = confidence({
          gram: held.gram,
          word: held.word,
          more: held.more,
          covered: covered / total,
          margin: held.sum - rival,
          terms: distinct.size,
          asks,
          same: written[owner]?.has(normal) ?? false,
        })
        return { kind: entry?.kind ?? 'article', id: entry?.id ?? '', score, raw: held.sum }
      })
      .sort((a, b) => b.score - a.score || b.raw - a.raw)
      .slice(0, 3)
      .map(({ kind, id, score }) => ({ kind, id, score }))
  }
  return { version, match, band: bandOf }
}
