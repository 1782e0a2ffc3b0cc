/** What a person said, while the bot serves. */
import { readReference } from '../text/identifiers.ts'
import { accept, openQuestion, readAnswer } from './answer.ts'
import { type Context, formOf, inShortForm, releaseOf, say } from './context.ts'
import { introduce } from './greet.ts'
import { rememberText, settleEdit } from './hear-edit.ts'
import { chooseLoose, hearIdle, longSilence, readLoose } from './hear-idle.ts'
import { hearMedia, tryMedia } from './hear-media.ts'
import { hearAtQuestion, offerResume } from './hear-question.ts'
import { hearStart } from './hear-start.ts'
import { type Content, type Input, isClear, isSpoken, settleEdits, type Understanding } from './input.ts'
import { leaveRun, takeRoute } from './routes.ts'
import { ask, openAbove, startRun } from './walk.ts'

type Received = Extract<Input, { kind: 'message-received' }>

export const hear = (context: Context, input: Received): void => {
  const { state, env } = context
  const silence = state.lastHeard === null ? 0 : (Date.parse(env.now) - Date.parse(state.lastHeard)) / 3_600_000
  state.lastHeard = env.now
  if (state.draftExpired) {
    state.draftExpired = false
    say(context, 'reminder:draft-expired')
  }
  // After a long silence only a form is still being filled in; what stood above it is over.
  if (silence >= longSilence && state.run && (!formOf(context) || inShortForm(context))) leaveRun(context)
  if (state.run && formOf(context) && state.run.requestId && env.draft?.id !== state.run.requestId) leaveRun(context)
  if (input.understanding.language && input.understanding.language !== state.language) {
    state.language = input.understanding.language
    context.effects.push({ kind: 'set-profile', language: state.language })
  }
  const contents = settleEdits(input.messages.map(({ content }) => content))
  const press = contents.findLast((content) => content.kind === 'choice')
  if (press?.kind === 'choice') return hearPress(context, press)
  const start = contents.findLast((content) => content.kind === 'start')
  const text = textOf(contents)
  const media = contents.filter(({ kind }) => !isSpoken(kind))
  if (start?.kind === 'start') {
    const alone = text === '' && media.length === 0
    hearStart(context, start.payload, alone)
    if (alone) return
  }
  const edited = contents.findLast(({ kind }) => kind === 'text' || kind === 'edit')
  if (edited?.kind === 'edit' && media.length === 0 && settleEdit(context, edited.text, input.understanding)) return
  if (text !== '') rememberText(state, text)
  if (text === '' && media.length > 0) return hearMedia(context, media)
  if (media.length > 0 && tryMedia(context, media)) return
  hearText(context, text, input.understanding, silence)
}

const textOf = (contents: Content[]): string =>
  contents
    .flatMap((content) => {
      if (content.kind === 'text' || content.kind === 'edit') return [content.text]
      return 'caption' in content && content.caption ? [content.caption] : []
    })
    .join('\n')

const hearPress = (context: Context, press: Extract<Content, { kind: 'choice' }>): void => {
  const { prompt } = context.state
  const known = prompt?.id === press.promptId && prompt.options.some(({ id }) => id === press.optionId)
  if (!known) {
    context.effects.push({ kind: 'count', name: 'stale-press', of: press.optionId })
    say(context, 'validation:stale-press')
    if (context.state.run) return context.state.prompt ? ask(context, 'again') : undefined
    // A button of yesterday, and nothing is open: what there is today. Who waits for staff has been told.
    return context.state.waiting ? undefined : startRun(context, 'menu')
  }
  context.state.misses = 0
  const question = openQuestion(context)
  if (question) return accept(context, question, readAnswer(context, question, '', press.optionId))
  chooseLoose(context, press.optionId)
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
  const loose = isClear(understanding) ? null : readLoose(context, text)
  if (loose) return chooseLoose(context, loose)
  if (readReference(text, releaseOf(context).association.prefix)) return openAbove(context, 'status')
  hearIdle(context, firstWords, silence)
}
