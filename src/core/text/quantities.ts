/** Finds the numbers of a sentence, in digits and in words, and joins what belongs together («خمسة وعشرين»، «٣ آلاف و٥٠٠»). */
import { foldDigits } from './digits.ts'
import { normalise } from './normalise.ts'
import { multiplierWords, numberWords } from './number-words.ts'
import { plainOf } from './reading.ts'

export interface Quantity {
  /** Finite. */
  value: number
  /** Words took part. */
  spelled: boolean
  negative: boolean
  /** Written in a way that allows another reading («3.500», «3 500»). */
  doubtful: boolean
}

export interface Quantities {
  found: Quantity[]
  /** «نص»، «½»، «1/2» stood beside a number. */
  half: boolean
  /** Digits glued to letters that are no unit («1e5», «0x10»). */
  garbled: boolean
  /** Normalised words that are no part of a number. */
  others: string[]
}

interface NumberToken {
  kind: 'number'
  value: number
  digits: boolean
  /** «و» stood in front. */
  and: boolean
  negative: boolean
  doubtful: boolean
}
interface TimesToken {
  kind: 'times'
  by: number
  and: boolean
}
type Token = NumberToken | TimesToken | { kind: 'half' } | { kind: 'word'; text: string }

const number = /[-−]?[0-9]+(?:[.,٬،٫'][0-9]+)*/
const piece = new RegExp(`${number.source}|[^\\s0-9]+|[0-9]+`, 'g')
const glued = /[a-z][0-9]|[0-9](?!(?:sar|sr|riyals?|rs|k)\b)[a-z]/i
const minusWords = new Set(['سالب', 'ناقص', 'minus'])
const halfWords = new Set(['نص', 'نصف', 'half'].map(normalise))

/** Thousands ٬ , ، and decimals ٫ . — and what people really type. */
const parseDigits = (raw: string): { value: number; doubtful: boolean } => {
  const text = raw.replace(/^[-−]/, '')
  if (/^[0-9]+$/.test(text)) return { value: Number(text), doubtful: false }
  if (/^[0-9]{1,3}(?:[,٬،'][0-9]{3})+(?:[.٫][0-9]+)?$/.test(text))
    return { value: Number(text.replace(/[,٬،']/g, '').replace('٫', '.')), doubtful: false }
  if (/^[0-9]{1,3}(?:\.[0-9]{3})+(?:[,٫][0-9]{1,2})?$/.test(text))
    return { value: Number(text.replaceAll('.', '').replace(/[,٫]/, '.')), doubtful: true }
  if (/^[0-9]+[.٫][0-9]+$/.test(text)) return { value: Number(text.replace('٫', '.')), doubtful: false }
  if (/^[0-9]+[,٬،][0-9]{1,2}$/.test(text)) return { value: Number(text.replace(/[,٬،]/, '.')), doubtful: true }
  return { value: Number.NaN, doubtful: true }
}

const wordToken = (word: string): Token | null => {
  const value = numberWords.get(word)
  if (value !== undefined) return { kind: 'number', value, digits: false, and: false, negative: false, doubtful: false }
  const by = multiplierWords.get(word)
  if (by !== undefined) return { kind: 'times', by, and: false }
  return halfWords.has(word) ? { kind: 'half' } : null
}

const tokenOf = (word: string): Token => {
  const plain = wordToken(word)
  if (plain !== null) return plain
  // «و» in front of a number word; «واحد» itself was found above.
  const joined = word.startsWith('و') && word.length > 2 ? wordToken(word.slice(1)) : null
  if (joined === null) return { kind: 'word', text: word }
  return joined.kind === 'number' || joined.kind === 'times' ? { ...joined, and: true } : joined
}

const tokensOf = (plain: string): Token[] => {
  const tokens: Token[] = []
  let minus = false
  let and = false
  for (const raw of plain.match(piece) ?? []) {
    if (number.test(raw) && /^[-−]?[0-9]/.test(raw)) {
      const { value, doubtful } = parseDigits(raw)
      tokens.push({ kind: 'number', value, digits: true, and, negative: minus || /^[-−]/.test(raw), doubtful })
      minus = false
      and = false
      continue
    }
    for (const word of normalise(raw).split(' ')) {
      if (word === '') continue
      if (minusWords.has(word)) minus = true
      else if (word === 'و') and = true
      else {
        const token = tokenOf(word)
        tokens.push(and && (token.kind === 'number' || token.kind === 'times') ? { ...token, and: true } : token)
        and = false
      }
    }
  }
  return tokens
}

/** May `next`, joined by «و», belong to a number whose last part was `last`? */
const continues = (value: number, last: number, next: number, spelledOut: boolean): boolean => {
  if (last >= 100 && next < last) return value % 1000 === 0 ? next < 1000 : next < 100
  if (spelledOut && last < 10 && last > 0 && next >= 20 && next <= 90 && next % 10 === 0) return true
  return spelledOut && last >= 20 && last <= 90 && last % 10 === 0 && next < 10 && next > 0
}

/** A number being put together: `tail` is what its last word added. */
type Part = Quantity & { tail: number; digits: boolean }

const partOf = (token: NumberToken | TimesToken): Part =>
  token.kind === 'times'
    ? { value: token.by, tail: token.by, spelled: true, negative: false, doubtful: false, digits: false }
    : {
        value: token.value,
        tail: token.value,
        spelled: !token.digits,
        negative: token.negative,
        doubtful: token.doubtful,
        digits: token.digits,
      }

/** @returns the number that `part` and the next token make together, or undefined when they are two. */
const join = (part: Part, token: NumberToken | TimesToken, plain: string): Part | undefined => {
  if (token.kind === 'times') {
    if (token.and)
      return continues(part.value, part.tail, token.by, true)
        ? { ...part, value: part.value + token.by, tail: token.by, spelled: true }
        : undefined
    // Only the tail is multiplied: «ألف وخمس مئة».
    const product = part.tail * token.by
    return part.tail < token.by ? { ...part, value: part.value - part.tail + product, tail: product, spelled: true } : undefined
  }
  if (token.and)
    return continues(part.value, part.tail, token.value, !part.digits || part.tail >= 100)
      ? {
          ...part,
          value: part.value + token.value,
          tail: token.value,
          spelled: part.spelled || !token.digits,
          digits: part.digits && token.digits,
        }
      : undefined
  // خمسة عشر
  if (!token.digits && token.value === 10 && part.tail > 0 && part.tail < 10)
    return { ...part, value: part.value + 10, tail: part.tail + 10 }
  // «3 500»
  const grouped =
    part.digits &&
    token.digits &&
    part.tail === part.value &&
    part.value > 0 &&
    part.value < 1000 &&
    plain.includes(`${part.value} ${String(token.value).padStart(3, '0')}`)
  return grouped && token.value < 1000 ? { ...part, value: part.value * 1000 + token.value, tail: token.value, doubtful: true } : undefined
}

/** @returns the numbers of a text in their order, and what stood around them. */
export const readQuantities = (text: string): Quantities => {
  // Before NFKC, which makes «½» of «1⁄2» and would lose it.
  const vulgar = /[¼-¾⅐-⅞]/.test(text)
  const plain = foldDigits(plainOf(text))
  const fraction = /[0-9]\s*[/⁄]\s*[0-9]/.test(plain)
  // A minus between two numbers is a range, not a sign.
  const tokens = tokensOf(plain.replace(/([0-9])\s*[-−–]\s*(?=[0-9])/g, '$1 '))
  const parts: Part[] = []
  const others: string[] = []
  let half = vulgar || fraction
  /** The number before this token, when nothing stood between. */
  let last: Part | undefined
  for (const token of tokens) {
    if (token.kind === 'half') half = true
    else if (token.kind === 'word') {
      last = undefined
      others.push(token.text)
    } else {
      const joined = last === undefined ? undefined : join(last, token, plain)
      if (joined === undefined) parts.push(partOf(token))
      else parts[parts.length - 1] = joined
      last = parts.at(-1)
    }
  }
  const found = parts.map(({ value, spelled, negative, doubtful }) => ({ value, spelled, negative, doubtful }))
  return { found, half, garbled: glued.test(plain) || found.some(({ value }) => !Number.isFinite(value)), others }
}
