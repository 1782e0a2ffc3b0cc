/** Words while nothing is being asked. */
import { foldDigits } from '../text/normalise.ts'
import { readOption } from '../text/read-option.ts'
import { answerArticle } from './articles.ts'
import { type Context, closePrompt, releaseOf, say } from './context.ts'
import type { OptionShown, TextKey } from './effect.ts'
import { introduce } from './greet.ts'
import { handOver, queueForStaff } from './hand-over.ts'
import { type Candidate, isClear, type Understanding } from './input.ts'
import { takeRoute } from './routes.ts'
import { openAbove, placeDraft, startRun } from './walk.ts'

/** A silence after which a form is offered again rather than continued, hours. */
export const longSilence = 12

/** «آمين» and 🌹 end a farewell: a word more would go on for ever. */
export const isNoReply = (smalltalk: string): boolean => smalltalk === 'amen' || smalltalk === 'flower'

/** Said in place of a complaint: staff know of it, whether or not more is told. */
export const hearGrievance = (context: Context): void => {
  queueForStaff(context, 'complaint', 'complaints')
  takeRoute(context, 'complaint')
}

export const hearIdle = (context: Context, understanding: Understanding, silence: number): void => {
  const { state, env } = context
  const { smalltalk, rest, band, candidates } = understanding
  const best = candidates[0]
  const clear = best !== undefined && isClear(understanding)
  if (smalltalk && smalltalk !== 'grievance-dua') {
    if (state.farewell || isNoReply(smalltalk)) {
      context.noted = 'dua'
      return
    }
    state.farewell = true
    return say(context, `smalltalk:${smalltalk}` as TextKey)
  }
  state.farewell = false
  if (smalltalk === 'grievance-dua') return hearGrievance(context)
  introduce(context, understanding, clear ? 'short' : 'full')
  if (clear && best.kind === 'flow') {
    state.misses = 0
    return startRun(context, best.id)
  }
  if (clear) {
    state.misses = 0
    return answerArticle(context, best.id)
  }
  if (env.draft && (rest === '' || silence >= longSilence || silence === 0) && !state.waiting) return resumeDraft(context)
  if (rest === '') {
    if (context.effects.every(({ kind }) => kind !== 'say')) say(context, 'common:how-can-we-serve')
    return
  }
  if (/^\d{1,3}$/.test(foldDigits(rest)) && !state.waiting) {
    // «٣» to nothing that is open: say what arrived, and what there is.
    say(context, 'validation:number-unbound', { value: { kind: 'number', value: Number(foldDigits(rest)) } })
    return startRun(context, 'menu')
  }
  missed(context, candidates, band)
}

/** The form of the draft, with the offer to go on above it. */
export const resumeDraft = (context: Context): void => {
  if (!placeDraft(context)) return say(context, 'common:how-can-we-serve')
  openAbove(context, 'resume')
}

export const missed = (context: Context, candidates: Candidate[], band: Understanding['band']): void => {
  const { state } = context
  const justIntroduced = context.effects.some((effect) => effect.kind === 'say' && effect.key === 'common:introduction')
  context.effects.push({ kind: 'count', name: 'miss', of: band })
  if (state.waiting) return // in the queue already: nothing new is promised
  if (justIntroduced) return // «كيف نخدمك؟» has just been asked
  state.misses += 1
  if (state.misses > 1) {
    state.misses = 0
    return handOver(context, 'not-understood', 'social-research')
  }
  const guesses = candidates.filter(({ kind }) => kind === 'article').slice(0, 3)
  if (band === 'clarify' && guesses.length > 0) {
    const options = looseOptions([...guesses.map(({ id }) => `article/${id}`), 'other'])
    return say(context, 'common:clarify.ask', {}, { flow: 'common', node: 'clarify', options })
  }
  startRun(context, 'menu')
}

/** Options of questions that the engine itself asks outside flows. */
export const looseOptions = (ids: readonly string[]): OptionShown[] =>
  ids.map((id, index) => ({ id, n: index + 1, label: { kind: 'text', key: looseLabel(id) } }))

const looseLabel = (id: string): TextKey => {
  if (id.startsWith('article/')) return `article:${id.slice('article/'.length)}.title`
  return id === 'other' ? 'common:clarify.other' : `common:voice.options.${id}`
}

/** The option that words mean: by number, place or label, as under the question of a flow. */
export const readLoose = (context: Context, text: string): string | null => {
  const { prompt, language } = context.state
  const options = (prompt?.options ?? []).map(({ id, n }) => ({ id, n, label: releaseOf(context).label(language, looseLabel(id)) ?? '' }))
  return readOption(text, options)?.id ?? null
}

export const chooseLoose = (context: Context, option: string): void => {
  closePrompt(context)
  const [kind, id] = option.split('/', 2)
  if (kind === 'article' && id) return answerArticle(context, id)
  if (kind === 'flow' && id) return startRun(context, id)
  if (option === 'call') return handOver(context, 'call', 'relations')
  if (option === 'stay') return say(context, 'common:how-can-we-serve')
  handOver(context, 'not-understood', 'social-research')
}
