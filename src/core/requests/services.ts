/** How the requests of a service go: which stages they know, what closes them, and what is asked of the person. */
import { type AnswerValue, type RequestStage, type StageSpec, stageSpecs } from './request.ts'

export interface ServiceSpec {
  about: string
  /** Signed by its person: read back, declared and hashed before it counts (the database insists). */
  declared: boolean
  /** A rating is asked for some hours after closing. */
  rated: boolean
  /** Its messages are a sealed span: they stand in the request and not in the transcript. */
  sealed: boolean
  stages: Partial<Record<RequestStage, StageSpec>>
  /** Stages in the order in which most requests come to them. */
  way: readonly RequestStage[]
}

/** Read, then closed with words that tell its person what became of it. */
const readAndClosed: ServiceSpec['stages'] = {
  submitted: { next: ['closed'], told: false, note: 'none', open: true },
  closed: { next: [], told: true, note: 'required', open: false },
}

const shortWay = ['submitted', 'closed'] as const

/** Filed in a few words, held by the conversation until then: no draft, no declaration, no committee. */
export const shortServices = ['volunteering', 'suggestion', 'complaint'] as const
export type ShortService = (typeof shortServices)[number]

const way = ['submitted', 'complete', 'research', 'committee', 'approved', 'delivered', 'closed'] as const

/** One typed list. A service of an association that is not listed goes as `support`. */
export const services = {
  support: { about: 'A request for support.', declared: true, rated: true, sealed: false, stages: stageSpecs, way },
  volunteering: { about: 'Interest in volunteering.', declared: false, rated: false, sealed: false, stages: readAndClosed, way: shortWay },
  suggestion: { about: 'An idea for the association.', declared: false, rated: false, sealed: false, stages: readAndClosed, way: shortWay },
  complaint: {
    about: 'What went wrong, by name or without.',
    declared: false,
    rated: false,
    sealed: true,
    stages: readAndClosed,
    way: shortWay,
  },
} as const satisfies Record<ShortService | 'support', ServiceSpec>

export const serviceOf = (service: string): ServiceSpec => (services as Partial<Record<string, ServiceSpec>>)[service] ?? services.support // any name may be asked for

/** What a stage means for a request of this service; one that its service does not know leads nowhere. */
export const stageSpecOf = (service: string, stage: RequestStage): StageSpec =>
  serviceOf(service).stages[stage] ?? { ...stageSpecs[stage], next: [] }

/** What its person wishes for a short request: fields `named` and `news`, answered yes or no. Unanswered: told, and no name. */
export const wishes = (service: string, answers: Record<string, AnswerValue>): { silent: boolean; withoutName: boolean } => {
  const said = (field: string, value: 'yes' | 'no') => {
    const answer = answers[field]
    return answer?.kind === 'choice' && answer.value === value
  }
  return { silent: said('news', 'no'), withoutName: serviceOf(service).sealed && !said('named', 'yes') }
}
