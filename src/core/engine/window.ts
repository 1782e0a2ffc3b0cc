/** Whether a message should be answered at once or may wait for the rest of a burst. */
import { openQuestion, readAnswer } from './answer.ts'
import { openContext, type Releases } from './context.ts'
import { expectSpecs } from './expect/specs.ts'
import { type Content, type Env, isClear, type Understanding } from './input.ts'
import type { ConversationState } from './state.ts'

/**
 * @returns true when the message is a press, a command, a recognised inquiry or a valid answer: the
 * window closes at once. Free text and media wait, because people write in bursts.
 */
export const closesWindow = (
  releases: Releases,
  state: ConversationState,
  env: Env,
  content: Content,
  understanding: Understanding,
): boolean => {
  if (content.kind === 'choice' || content.kind === 'start') return true
  if (content.kind !== 'text') return false
  if (understanding.command || isClear(understanding)) return true
  const context = openContext(releases, state, env, [])
  const question = openQuestion(context)
  if (!question || question.node.expect.kind === 'text') return false
  const reading = readAnswer(context, question, content.text, null)
  return (
    reading.kind === 'answer' || reading.kind === 'confirm' || (reading.kind === 'failed' && !expectSpecs[question.node.expect.kind].free)
  )
}
