/** Messages that are not words. */
import { answerWithMedia, openQuestion } from './answer.ts'
import { type Context, say } from './context.ts'
import { introduce } from './greet.ts'
import { handOver } from './hand-over.ts'
import { looseOptions } from './hear-idle.ts'
import { type Content, nothingUnderstood } from './input.ts'
import { ask, walk } from './walk.ts'

export const tryMedia = (context: Context, media: Content[]): boolean => {
  const question = openQuestion(context)
  return question !== null && answerWithMedia(context, question, media)
}

/** A voice note, a sticker, a photo … always gets a kind next step. */
export const hearMedia = (context: Context, media: Content[]): void => {
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
  introduce(context, nothingUnderstood, 'short')
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
      options: looseOptions(['call', 'stay']),
    },
  )
}
