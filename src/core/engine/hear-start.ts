/** The channel's button that begins a conversation, and what the link behind it carried. */
import { type Context, draftOf, formOf, say } from './context.ts'
import { introduce } from './greet.ts'
import { resumeDraft } from './hear-idle.ts'
import { nothingUnderstood } from './input.ts'
import { linkTokenStart } from './link-replies.ts'
import { leaveFlow, leaveRun, openOnce, returnTo, takeRoute } from './routes.ts'
import { interrupt, startRun, tellFormKept } from './walk.ts'

/** Flow that a payload opens. */
const entryOf = (context: Context, payload: string): string | null => {
  for (const { entry, flow } of context.releases.current.flows.values()) if (entry === payload) return flow
  return null
}

/** Whether a flow is the form, or hands on to it. */
const leadsTo = (context: Context, flow: string, form: string): boolean =>
  flow === form ||
  Object.values(context.releases.current.flows.get(flow)?.nodes ?? {}).some((node) => node.kind === 'open' && node.flow === form)

/** @param alone nothing else was said in the same breath: an ordinary start then ends with the menu */
export const hearStart = (context: Context, payload: string | null, alone: boolean): void => {
  if (payload?.startsWith(linkTokenStart)) {
    introduce(context, nothingUnderstood, 'short')
    // Opened twice before the answer: asked about once.
    leaveFlow(context, 'claim')
    return interrupt(context, 'claim', { token: payload })
  }
  const flow = payload === null ? null : entryOf(context, payload)
  if (flow !== null) {
    introduce(context, nothingUnderstood, 'short')
    return openEntry(context, flow)
  }
  if (!alone) return introduce(context, nothingUnderstood, 'short')
  if (context.state.introduced) say(context, 'common:welcome-back')
  else say(context, 'common:introduction-menu')
  context.state.introduced = true
  takeRoute(context, 'menu')
}

/** A form that is open or kept goes on where it was; another entry leaves it in its place. */
const openEntry = (context: Context, flow: string): void => {
  const form = formOf(context)
  if (form && draftOf(context)) {
    if (leadsTo(context, flow, form.flow) && returnTo(context, form.flow, 'ask')) return
    if (opensAbove(context, flow)) return openOnce(flow)(context)
    tellFormKept(context)
  } else if (context.env.draft && leadsTo(context, flow, context.env.draft.flow)) return resumeDraft(context)
  leaveRun(context)
  startRun(context, flow)
}

/** What hands on to no form is filed in a few words or only looked up: it opens above one. */
const opensAbove = (context: Context, flow: string): boolean =>
  ![...context.releases.current.flows.values()].some(
    ({ flow: form, form: service }) => service !== undefined && leadsTo(context, flow, form),
  )
