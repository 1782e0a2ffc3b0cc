/** An earlier message as it reads now. Nothing that was taken is overwritten by it. */
import { fingerprint } from '../text/fingerprint.ts'
import { openQuestion } from './answer.ts'
import { type Context, isFlowOpen, say, topFrame } from './context.ts'
import { expectSpecs } from './expect/specs.ts'
import { isClear, type Understanding } from './input.ts'
import type { ConversationState } from './state.ts'
import { ask } from './walk.ts'

/** Texts remembered. People edit what they have just sent. */
const remembered = 4

export const rememberText = (state: ConversationState, text: string): void => {
  state.heard = [...(state.heard ?? []), fingerprint(text)].slice(-remembered)
}

/** The open question refused what was said to it, or read it back and waits: the edit may still mend it. */
const isPending = (context: Context): boolean => {
  const question = openQuestion(context)
  return question !== null && (question.frame.tries > 0 || question.frame.vars.mode === 'confirm')
}

/** Something was answered, and the conversation went on from there. A question that keeps every word takes these, too. */
const hasMovedOn = (context: Context): boolean => {
  const { run } = context.state
  const question = openQuestion(context)
  if (!run || !question || question.frame.flow === 'menu' || question.node.otherwise !== undefined) return false
  return run.requestId !== null || topFrame(run).trail.length > 0 || !expectSpecs[question.node.expect.kind].free
}

/** «ابي دعم» made «ابي دعم للسكن», and the form for it is open. */
const asksForWhatIsOpen = (context: Context, understanding: Understanding): boolean =>
  isClear(understanding) && isFlowOpen(context, understanding.candidates[0])

/**
 * @returns true when nothing more is to be done; false when the edit is to be heard as a new message
 */
export const settleEdit = (context: Context, text: string, understanding: Understanding): boolean => {
  const { state } = context
  const pending = isPending(context)
  // What was refused may be tried again in the very words of an older message.
  const before = pending ? (state.heard ?? []).slice(-1) : (state.heard ?? [])
  if (before.includes(fingerprint(text)) || asksForWhatIsOpen(context, understanding)) {
    context.noted = 'edit'
    return true
  }
  // A command is obeyed, however it came.
  if (understanding.command || pending || !hasMovedOn(context)) return false
  say(context, 'common:edit.kept')
  ask(context, 'again')
  return true
}
