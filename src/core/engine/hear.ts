/** What a person said, while the bot serves. */
import { riyadhDate } from '../text/dates.ts'
import { readReference } from '../text/identifiers.ts'
import { accept, answerWithMedia, openQuestion, readAnswer } from './answer.ts'
import { type Context, closePrompt, formOf, releaseOf, say } from './context.ts'
import type { TextKey } from './effect.ts'
import { expectSpecs } from './expect/specs.ts'
import { handOver } from './hand-over.ts'
import type { Candidate, Content, Input, Understanding } from './input.ts'
import { leaveRun, takeRoute } from './routes.ts'
import { ask, openAbove, placeDraft, startRun, walk } from './walk.ts'

type Received = Extract<Input, { kind: 'message-received' }>

/** A silence after which a form is offered again rather than continued, hours. */
const longSilence = 12

export const hear = (context: Context, input: Received): void => {
  const { state, env } = context
  const silence = state.lastHeard === null ? 0 : (Date.parse(env.now) - Date.parse(state.lastHeard)) / 3_600_000
  state.lastHeard = env.now
  if (state.draftExpired) {
    state.draftExpired = false
    say(context, 'reminder:draft-expired')
  }
  if (silence >= longSilence && state.run && !formOf(context)) leaveRun(context)
  if (state.run && formOf(context) && state.run.requestId && env.draft?.id !== state.run.requestId) leaveRun(context)
  if (input.understanding.language && input.understanding.language !== state.language) {
    state.language = input.understanding.language
    context.effects.push({ kind: 'set-profile', language: state.language })
  }
  const contents = input.messages.map(({ content }) => content)
  const press = contents.findLast((content) => content.kind === 'choice')
  if (press?.kind === 'choice') return hearPress(context, press)
  const text = textOf(contents)
  const media = contents.filter(({ kind }) => kind !== 'text' && kind !== 'choice')
  if (text === '' && media.length > 0) return hearMedia(context, media)
  if (media.length > 0 && tryMedia(context, media)) return
  hearText(context, text, input.understanding, silence)
}

const textOf = (contents: Content[]): string =>
  contents
    .flatMap((content) => {
      if (content.kind === 'text') return [content.text]
      return 'caption' in content && content.caption ? [content.caption] : []
    })
    .join('\n')

const hearPress = (context: Context, press: Extract<Content, { kind: 'choice' }>): void => {
  const { prompt } = context.state
  const known = prompt?.id === press.promptId && prompt.options.some(({ id }) => id === press.optionId)
  if (!known) {
    context.effects.push({ kind: 'count', name: 'stale-press', of: press.optionId })
    say(context, 'validation:stale-press')
    return context.state.prompt && context.state.run ? ask(context, 'again') : undefined
  }
  context.state.misses = 0
  const question = openQuestion(context)
  if (question) return accept(context, question, readAnswer(context, question, '', press.optionId))
  chooseLoose(context, press.optionId)
}

/** Options of questions that the engine itself asks outside flows. */
const chooseLoose = (context: Context, option: string): void => {
  closePrompt(context)
  const [kind, id] = option.split('/', 2)
  if (kind === 'article' && id) return answerArticle(context, id)
  if (kind === 'flow' && id) return startRun(context, id)
  if (option === 'call') return handOver(context, 'voice', 'relations')
  if (option === 'stay') return say(context, 'common:how-can-we-serve')
  handOver(context, 'not-understood', 'social-research')
}

const hearText = (context: Context, text: string, understanding: Understanding, silence: number): void => {
  const { state } = context
  state.voices = 0
  const question = openQuestion(context)
  const { command } = understanding
  const firstWords = { ...understanding, rest: understanding.rest.trim() }
  // «ابدأ» under a question with such an option is that option.
  const optionWins = command === 'start' && question && readAnswer(context, question, text, null).kind === 'answer'
  if (command && !optionWins) {
    introduce(context, firstWords, 'short')
    return takeRoute(context, command)
  }
  if (question) {
    if (silence >= longSilence && formOf(context) && offerResume(context, firstWords, text)) return
    return hearAtQuestion(context, text, firstWords)
  }
  if (context.state.prompt) {
    const loose = looseOption(context, text)
    if (loose) return chooseLoose(context, loose)
  }
  if (readReference(text, releaseOf(context).association.prefix)) return openAbove(context, 'status')
  hearIdle(context, firstWords, silence)
}

const looseOption = (context: Context, text: string): string | null => {
  const number = Number(text.trim().replace(/[٠-٩]/g, (digit) => String('٠١٢٣٤٥٦٧٨٩'.indexOf(digit))))
  return context.state.prompt?.options.find(({ n }) => n === number)?.id ?? null
}

const hearAtQuestion = (context: Context, text: string, understanding: Understanding): void => {
  const question = openQuestion(context)
  if (!question) return
  const { greeting, smalltalk, rest, band } = understanding
  const free = expectSpecs[question.node.expect.kind].free
  if (greeting && rest === '') {
    greet(context, greeting)
    return ask(context, 'again')
  }
  if (smalltalk && !free) {
    say(context, `smalltalk:${smalltalk}` as TextKey)
    return smalltalk === 'grievance-dua' ? undefined : ask(context, 'again')
  }
  if (greeting) greet(context, greeting)
  const words = greeting ? rest : text
  const reading = readAnswer(context, question, words, null)
  const good = reading.kind === 'answer' || reading.kind === 'confirm'
  const best = understanding.candidates[0]
  const interrupts = best && (band === 'certain' || (band === 'answer' && !free)) && !(good && !free)
  if (interrupts && !sameForm(context, best)) {
    if (best.kind === 'article') {
      sayArticle(context, best.id)
      return ask(context, 'again')
    }
    if (best.kind === 'flow' && !formOf(context)) return startRun(context, best.id)
  }
  if (reading.kind === 'failed' && question.frame.flow === 'menu') {
    // Nothing on the menu, and no inquiry: a second miss is for a person, not a third menu.
    leaveRun(context)
    return missed(context, understanding.candidates, band)
  }
  context.state.misses = 0
  accept(context, question, reading)
}

const sameForm = (context: Context, candidate: Candidate): boolean =>
  candidate.kind === 'flow' && (context.state.run?.frames.some(({ flow }) => flow === candidate.id) ?? false)

/** Back after days: greet, say where we were, offer. @returns false when the words simply answer the question. */
const offerResume = (context: Context, understanding: Understanding, text: string): boolean => {
  const question = openQuestion(context)
  if (!question || !context.state.run?.requestId) return false
  const free = expectSpecs[question.node.expect.kind].free
  const reading = readAnswer(context, question, text, null)
  if (!free && (reading.kind === 'answer' || reading.kind === 'confirm')) return false
  if (understanding.band === 'answer' || understanding.band === 'certain') return false
  if (understanding.greeting) greet(context, understanding.greeting)
  openAbove(context, 'resume')
  return true
}

const hearIdle = (context: Context, understanding: Understanding, silence: number): void => {
  const { state, env } = context
  const { smalltalk, rest, band, candidates } = understanding
  const best = candidates[0]
  const clear = best !== undefined && (band === 'answer' || band === 'certain')
  if (smalltalk && smalltalk !== 'grievance-dua') {
    if (state.farewell) {
      context.noted = 'dua'
      return
    }
    state.farewell = true
    return say(context, `smalltalk:${smalltalk}` as TextKey)
  }
  state.farewell = false
  if (smalltalk === 'grievance-dua') return handOver(context, 'complaint', 'complaints')
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
  missed(context, candidates, band)
}

/** The form of the draft, with the offer to go on above it. */
const resumeDraft = (context: Context): void => {
  if (!placeDraft(context)) return say(context, 'common:how-can-we-serve')
  openAbove(context, 'resume')
}

const missed = (context: Context, candidates: Candidate[], band: Understanding['band']): void => {
  const { state } = context
  const unintroduced = context.effects.some((effect) => effect.kind === 'say' && effect.key === 'common:introduction')
  context.effects.push({ kind: 'count', name: 'miss', of: band })
  if (state.waiting) return // in the queue already: nothing new is promised
  if (unintroduced) return // «كيف نخدمك؟» has just been asked
  state.misses += 1
  if (state.misses > 1) {
    state.misses = 0
    return handOver(context, 'not-understood', 'social-research')
  }
  const guesses = candidates.filter(({ kind }) => kind === 'article').slice(0, 3)
  if (band === 'clarify' && guesses.length > 0) {
    const options = guesses.map(({ id }, index) => ({
      id: `article/${id}`,
      n: index + 1,
      label: { kind: 'text' as const, key: `article:${id}.title` as const },
    }))
    const other = { id: 'other', n: options.length + 1, label: { kind: 'text' as const, key: 'common:clarify.other' as const } }
    return say(context, 'common:clarify.ask', {}, { flow: 'common', node: 'clarify', options: [...options, other] })
  }
  startRun(context, 'menu')
}

const answerArticle = (context: Context, id: string): void => {
  sayArticle(context, id)
  if (context.state.run && context.state.prompt) ask(context, 'again')
}

const sayArticle = (context: Context, article: string): void => {
  context.state.misses = 0
  context.state.lastArticle = article
  const unfilled = releaseOf(context).articles.get(article)?.unfilled ?? []
  if (unfilled.length > 0) {
    for (const slot of unfilled) context.effects.push({ kind: 'count', name: 'slot', of: slot })
    return handOver(context, 'unfilled-slot', 'social-research')
  }
  context.effects.push({ kind: 'count', name: 'article', of: article })
  context.effects.push({ kind: 'say-article', release: releaseOf(context).id, language: context.state.language, article })
}

/** Returned once a day, in the same message as the answer. */
const greet = (context: Context, greeting: string): void => {
  const today = riyadhDate(context.env.now)
  context.state.greetedOn = today
  say(context, `smalltalk:${greeting}` as TextKey)
}

/** First contact: who we are, that this is automatic, «موظف», privacy; in one line when the wish is clear. */
const introduce = (context: Context, understanding: Understanding, how: 'full' | 'short'): void => {
  const { state, env } = context
  const today = riyadhDate(env.now)
  if (understanding.greeting && (state.greetedOn !== today || understanding.rest === '')) greet(context, understanding.greeting)
  if (state.introduced) {
    if (how === 'full' && understanding.greeting && understanding.rest === '' && !env.draft) say(context, 'common:how-can-we-serve')
    return
  }
  state.introduced = true
  say(context, how === 'full' ? 'common:introduction' : 'common:introduction-short')
}

const tryMedia = (context: Context, media: Content[]): boolean => {
  const question = openQuestion(context)
  return question !== null && answerWithMedia(context, question, media)
}

/** A voice note, a sticker, a photo … always gets a kind next step. */
const hearMedia = (context: Context, media: Content[]): void => {
  const { state } = context
  const first = media[0]
  if (!first) return
  if (tryMedia(context, media)) return
  const question = openQuestion(context)
  if (first.kind === 'sticker' && !question && state.introduced) {
    context.noted = 'sticker'
    return
  }
  state.voices = first.kind === 'voice' ? state.voices + 1 : 0
  const problem = 'file' in first ? first.file.problem : null
  if (problem) {
    say(context, `validation:file.${problem}`)
    return question ? ask(context, 'again') : undefined
  }
  if (question) {
    say(context, first.kind === 'voice' ? 'validation:media.voice-typed' : `validation:media.${first.kind}`)
    return ask(context, 'again')
  }
  if (!state.introduced) {
    state.introduced = true
    say(context, 'common:introduction-short')
  }
  if (first.kind === 'voice') return hearVoice(context)
  say(context, `common:media.${first.kind}`)
  if (state.run && !state.prompt) walk(context)
}

const hearVoice = (context: Context): void => {
  if (context.state.voices < 2) return handOver(context, 'voice', 'relations')
  say(
    context,
    'common:voice.second',
    {},
    {
      flow: 'common',
      node: 'voice',
      options: [
        { id: 'call', n: 1, label: { kind: 'text', key: 'common:voice.options.call' } },
        { id: 'stay', n: 2, label: { kind: 'text', key: 'common:voice.options.stay' } },
      ],
    },
  )
}
