/**
 * What a flow may call. Each answers with one of its outcomes; what it needs from outside comes as a
 * reply that is recorded with the turn.
 */
import type { Node, ServiceName } from '../flow/schema.ts'
import { RequestId } from '../ids.ts'
import { notBefore } from '../policy/period.ts'
import { addDays, riyadhDate } from '../text/dates.ts'
import { type Context, draftOf, makeId, releaseOf } from './context.ts'
import type { Param } from './effect.ts'
import { claimLink, makeLink, myLinks, offerLink, readLink, unlink } from './link-services.ts'
import { requestsOfContact, reserveReference } from './replies.ts'
import { addAnswers, fileRequest } from './short-form.ts'
import type { Frame } from './state.ts'
import { statusOf } from './status.ts'

type CallNode = Extract<Node, { kind: 'call' }>

export interface ServiceSpec {
  outcomes: readonly string[]
  about: string
  run(context: Context, frame: Frame, node: CallNode): string
}

const openDraft = (context: Context, frame: Frame): string => {
  const { run } = context.state
  const release = releaseOf(context)
  const service = release.flows.get(frame.flow)?.form
  if (!run || !service) throw new Error(`${frame.flow} is not a form`)
  const { draft } = context.env
  if (draft && draft.service === service) {
    run.requestId = draft.id
    return 'existing'
  }
  const request = RequestId.parse(makeId(context))
  run.requestId = request
  context.answers = {}
  const { association } = release
  context.effects.push({ kind: 'open-request', request, service, release: release.id, flow: frame.flow, node: frame.node })
  context.effects.push({
    kind: 'set-timer',
    timer: 'draft-reminder',
    subject: request,
    dueAt: daysAfter(context, association.followUps.draftReminderDays),
  })
  if (association.draftDays !== null) {
    context.effects.push({ kind: 'set-timer', timer: 'draft-expiry', subject: request, dueAt: daysAfter(context, association.draftDays) })
  }
  return 'new'
}

export const daysAfter = (context: Context, days: number): string => new Date(Date.parse(context.env.now) + days * 86_400_000).toISOString()

/** Fields of the form that still have no answer, in the order of the flow. */
export const missingFields = (context: Context, flow: string): string[] =>
  Object.values(releaseOf(context).flows.get(flow)?.nodes ?? {})
    .flatMap((node) => (node.kind === 'ask' && node.save !== undefined && node.counted ? [node.save] : []))
    .filter((field) => context.answers[field] === undefined)

const submitRequest = (context: Context, frame: Frame): string => {
  const request = draftOf(context)
  const release = releaseOf(context)
  if (!request || missingFields(context, frame.flow).length > 0) return 'incomplete'
  const reference = reserveReference(context)
  const earliest = release.association.reply.from.event === 'submission' ? notBefore(release.association.reply, context.env.now) : null
  const declaration = Object.entries(release.flows.get(frame.flow)?.nodes ?? {}).find(
    ([, node]) => node.kind === 'ask' && node.expect.kind === 'declaration',
  )?.[0]
  context.effects.push({
    kind: 'submit-request',
    request,
    reference,
    declaration: `${frame.flow}:${declaration ?? frame.node}.ask`,
    notBefore: earliest,
  })
  clearDraftTimers(context, request)
  context.params.reference = { kind: 'identifier', value: reference }
  if (earliest) context.params.notBefore = { kind: 'date', value: earliest, style: 'commitment' }
  return 'submitted'
}

const myRequests = (context: Context, _frame: Frame, node: CallNode): string => {
  const views = requestsOfContact(context)
  const open = views.filter(({ stage }) => stage !== 'discarded' && stage !== 'draft' && stage !== 'closed')
  // A form that is open underneath is asked again by itself.
  const draft = context.env.draft !== null && draftOf(context) === null
  if (draft && open.length === 0) return 'draft'
  const shown = open.length > 0 ? open : views.filter(({ stage }) => stage === 'closed').slice(0, 1)
  if (shown.length === 0) return context.env.draft ? 'draft' : 'none'
  const statements: Param[] = shown.slice(0, 3).map((view) => statusOf(view, 'is', context.env.now))
  context.params.statement = { kind: 'lines', items: statements }
  context.params.count = { kind: 'number', value: shown.length }
  // A run may pin a release that does not know this outcome yet.
  if (draft && node.on.both !== undefined) return 'both'
  return shown.length === 1 ? 'one' : 'many'
}

const clearDraftTimers = (context: Context, request: RequestId): void => {
  context.effects.push({ kind: 'clear-timer', timer: 'draft-reminder', subject: request })
  context.effects.push({ kind: 'clear-timer', timer: 'draft-expiry', subject: request })
}

/** Destroys the draft, of the run or kept from before. */
export const discardDraft = (context: Context): 'discarded' => {
  const request = draftOf(context) ?? context.env.draft?.id
  if (request) {
    context.effects.push({ kind: 'discard-request', request, reason: 'person' })
    clearDraftTimers(context, request)
    context.answers = {}
    if (context.state.run) context.state.run.requestId = null
  }
  return 'discarded'
}

/** One typed list: a member for each service a flow may call. */
export const serviceSpecs = {
  'open-draft': { outcomes: ['new', 'existing'], about: 'Opens the draft of the form, or finds the one that exists.', run: openDraft },
  'submit-request': {
    outcomes: ['submitted', 'incomplete'],
    about: 'Gives the reference and files the request; params reference, notBefore.',
    run: submitRequest,
  },
  'my-requests': {
    outcomes: ['none', 'draft', 'one', 'many', 'both'],
    about: 'Where the requests of this person are, those of linked channels too; param statement. `both`: a draft waits as well.',
    run: myRequests,
  },
  'discard-draft': { outcomes: ['discarded'], about: 'Destroys the answers of the draft.', run: discardDraft },
  'file-request': { outcomes: ['filed'], about: 'A short form becomes a request; param reference.', run: fileRequest },
  'add-answers': { outcomes: ['added', 'closed'], about: 'Adds to a request that this form has filed.', run: addAnswers },
  'offer-link': { outcomes: ['done'], about: 'Offers to follow on another channel, where that is possible.', run: offerLink },
  'make-link': { outcomes: ['ready', 'nowhere'], about: 'A one-time address; params link, place.', run: makeLink },
  'read-link': { outcomes: ['open', 'gone', 'own', 'already'], about: 'How an opened link stands; param place.', run: readLink },
  'claim-link': { outcomes: ['linked', 'gone'], about: 'Links the two contacts; param place.', run: claimLink },
  'my-links': { outcomes: ['none', 'some'], about: 'What this conversation is linked with; param places.', run: myLinks },
  unlink: { outcomes: ['done'], about: 'Ends every link of this contact.', run: unlink },
} as const satisfies Record<ServiceName, ServiceSpec>

export const callService = (context: Context, frame: Frame, node: CallNode): string => {
  const spec: ServiceSpec = serviceSpecs[node.service]
  return spec.run(context, frame, node)
}

/** Date until which a draft touched now is kept, or null while the association has not said. */
export const keptUntil = (context: Context): string | null => {
  const days = releaseOf(context).association.draftDays
  return days === null ? null : addDays(riyadhDate(context.env.now), days)
}
