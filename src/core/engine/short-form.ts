/** Short forms: a few answers that the run holds until they are filed as a request, in one step. */
import { RequestId } from '../ids.ts'
import { stageSpecOf } from '../requests/services.ts'
import { answersOf, type Context, makeId, releaseOf, shortFormOf } from './context.ts'
import { requestsOfContact, reserveReference } from './replies.ts'
import type { Frame } from './state.ts'

/** Files what was said and gives its reference. Said first and asked later: nothing waits for a further answer. */
export const fileRequest = (context: Context, frame: Frame): 'filed' => {
  const service = shortFormOf(context, frame.flow)
  if (service === null) throw new Error(`${frame.flow} is not a short form`)
  if (typeof frame.vars.filed === 'string') return 'filed'
  const reference = reserveReference(context)
  const request = RequestId.parse(makeId(context))
  const answers = { ...answersOf(context, frame) }
  frame.vars.filed = request
  // What is filed stays as it was said: there is no way back into it.
  frame.trail = []
  context.effects.push({
    kind: 'file-request',
    request,
    service,
    reference,
    answers,
    release: releaseOf(context).id,
    flow: frame.flow,
    node: frame.node,
  })
  learnName(context, frame)
  context.params.reference = { kind: 'identifier', value: reference }
  return 'filed'
}

/** What its person says of a request that was just filed; staff may have closed it meanwhile. */
export const addAnswers = (context: Context, frame: Frame): 'added' | 'closed' => {
  const { filed } = frame.vars
  if (typeof filed !== 'string') throw new Error(`${frame.flow} adds to what was never filed`)
  const request = RequestId.parse(filed)
  const view = requestsOfContact(context).find(({ id }) => id === request)
  if (!view || stageSpecOf(view.service, view.stage).next.length === 0) return 'closed'
  context.effects.push({ kind: 'add-answers', request, answers: { ...answersOf(context, frame) } })
  learnName(context, frame)
  return 'added'
}

/** A name that was given to be used; one that is known already stays. */
const learnName = (context: Context, frame: Frame): void => {
  const { name } = answersOf(context, frame)
  if (name?.kind === 'text' && context.env.profile.name === null) context.effects.push({ kind: 'set-profile', name: name.value })
}
