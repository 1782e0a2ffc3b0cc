/** Words while a question of a flow waits. */
import { accept, openQuestion, readAnswer } from './answer.ts'
import { sayArticle } from './articles.ts'
import { type Context, formOf, inShortForm, isFlowOpen, say } from './context.ts'
import type { TextKey } from './effect.ts'
import { expectSpecs } from './expect/specs.ts'
import { greet } from './greet.ts'
import { hearGrievance, isNoReply, missed } from './hear-idle.ts'
import { isClear, type Understanding } from './input.ts'
import { leaveRun } from './routes.ts'
import { ask, openAbove, startRun } from './walk.ts'

export const hearAtQuestion = (context: Context, text: string, understanding: Understanding): void => {
  const question = openQuestion(context)
  if (!question) return
  const { greeting, rest, band } = understanding
  const { expect, otherwise } = question.node
  const { free } = expectSpecs[expect.kind]
  // «أمين» is a name, and reads like the end of a dua.
  const smalltalk = expect.kind === 'name' && understanding.smalltalk === 'amen' ? null : understanding.smalltalk
  if (greeting && rest === '') {
    greet(context, greeting)
    return ask(context, 'again')
  }
  if (smalltalk && isNoReply(smalltalk)) {
    context.noted = 'dua'
    return
  }
  if (smalltalk && (expect.kind !== 'text' || inShortForm(context))) {
    if (smalltalk === 'grievance-dua') return hearGrievance(context)
    say(context, `smalltalk:${smalltalk}` as TextKey)
    return ask(context, 'again')
  }
  if (greeting) greet(context, greeting)
  const words = greeting ? rest : text
  const reading = readAnswer(context, question, words, null)
  const good = reading.kind === 'answer' || reading.kind === 'confirm'
  const best = understanding.candidates[0]
  const interrupts = best && (band === 'certain' || (band === 'answer' && !free && otherwise === undefined)) && !(good && !free)
  if (interrupts && !isFlowOpen(context, best)) {
    if (best.kind === 'article') {
      sayArticle(context, best.id)
      return ask(context, 'again')
    }
    if (best.kind === 'flow' && !formOf(context) && !inShortForm(context)) return startRun(context, best.id)
  }
  if (reading.kind === 'failed' && question.frame.flow === 'menu') {
    // Nothing on the menu, and no inquiry: a second miss is for a person, not a third menu.
    leaveRun(context)
    return missed(context, understanding.candidates, band)
  }
  context.state.misses = 0
  accept(context, question, reading, words)
}

/** Back after days: greet, say where we were, offer. @returns false when the words simply answer the question. */
export const offerResume = (context: Context, understanding: Understanding, text: string): boolean => {
  const question = openQuestion(context)
  if (!question || !context.state.run?.requestId) return false
  const free = expectSpecs[question.node.expect.kind].free
  const reading = readAnswer(context, question, text, null)
  if (!free && (reading.kind === 'answer' || reading.kind === 'confirm')) return false
  if (isClear(understanding)) return false
  if (understanding.greeting) greet(context, understanding.greeting)
  openAbove(context, 'resume')
  return true
}
