/** A request as staff read it: answers as a form, in the order in which they were asked. */
import type { Language } from '../../core/engine/state.ts'
import type { Node } from '../../core/flow/schema.ts'
import type { ReleaseId, RequestId, Slug } from '../../core/ids.ts'
import type { AnswerValue } from '../../core/requests/request.ts'
import { serviceOf, stageSpecOf, wishes } from '../../core/requests/services.ts'
import type { Release } from '../../ports/content.ts'
import type { DeskRequest, DeskStore } from '../../ports/desk-store.ts'

export interface RequestShown extends Omit<DeskRequest, 'answers' | 'files' | 'release' | 'flow' | 'declaration'> {
  next: { stage: string; note: 'required' | 'optional' | 'none'; told: boolean }[]
  answers: {
    field: string
    label: string
    kind: string
    value: string
    files: { id: string; mime: string; name: string | null }[]
    /** Masked until the reader asks for it. */
    sensitive: boolean
  }[]
  declaration: { text: string; at: string } | null
  /** Stages of its service, in order. */
  way: readonly string[]
}

/** What of a release a request is shown with. */
export type RequestWords = Pick<Release, 'flows' | 'label'>

interface Asked {
  id: string
  node: Extract<Node, { kind: 'ask' }>
}

/** Where each field of the flow is asked, in its order. */
const askedFields = (release: RequestWords, flow: string): Map<string, Asked> => {
  const fields = new Map<string, Asked>()
  for (const [id, node] of Object.entries(release.flows.get(flow)?.nodes ?? {}))
    if (node.kind === 'ask' && node.save !== undefined && !fields.has(node.save)) fields.set(node.save, { id, node })
  return fields
}

const filesOf = (answer: AnswerValue): string[] => {
  if (answer.kind === 'files') return answer.files
  return answer.kind === 'voice' ? [answer.file] : []
}

/** Words of a choice as the person saw them, from the pinned release. */
const wordsOf = (release: RequestWords, language: Language, flow: string, asked: Asked | undefined, answer: AnswerValue): string => {
  switch (answer.kind) {
    case 'choice': {
      const yesNo = answer.value === 'yes' || answer.value === 'no' ? release.label(language, `common:${answer.value}`) : null
      return (asked ? release.label(language, `${flow}:${asked.id}.options.${answer.value}`) : null) ?? yesNo ?? answer.value
    }
    case 'number':
    case 'money':
      return String(answer.value)
    case 'text':
    case 'national-id':
    case 'phone':
      return answer.value
    case 'voice':
    case 'files':
    case 'by-staff':
      return ''
    default:
      return answer satisfies never
  }
}

/** A text of the pinned release with the texts it includes: what was really agreed to. */
const wholeText = (release: RequestWords, language: Language, key: string): string =>
  (release.label(language, key) ?? key).replace(
    /\{\{(part\.[\w-]+)\}\}/g,
    (whole, part: string) => release.label(language, `common:${part}`) ?? whole,
  )

/** @throws DomainError `not-found` */
export const showRequest = async (
  { store, contents }: { store: Pick<DeskStore, 'request'>; contents: { pinned(association: Slug, id: ReleaseId): Promise<RequestWords> } },
  wanted: { association: Slug; request: RequestId; language: Language },
): Promise<RequestShown> => {
  const { answers, files, release: pinned, flow, declaration, ...request } = await store.request(wanted.association, wanted.request)
  const release = await contents.pinned(wanted.association, pinned)
  const asked = askedFields(release, flow)
  const known = new Map(files.map((file) => [String(file.id), file]))
  const { withoutName } = wishes(request.service, answers)
  const order = [...asked.keys(), ...Object.keys(answers).filter((field) => !asked.has(field))]
  return {
    ...request,
    person: withoutName ? null : request.person,
    way: serviceOf(request.service).way,
    next: stageSpecOf(request.service, request.stage).next.map((stage) => {
      const { note, told } = stageSpecOf(request.service, stage)
      return { stage, note, told }
    }),
    answers: order.flatMap((field) => {
      const answer = answers[field]
      if (answer === undefined) return []
      const place = asked.get(field)
      return {
        field,
        label: release.label(wanted.language, `fields:${field}`) ?? field,
        kind: answer.kind,
        value: wordsOf(release, wanted.language, flow, place, answer),
        files: filesOf(answer).flatMap((id) => {
          const file = known.get(id)
          return file ? [{ id: String(file.id), mime: file.mime, name: file.name }] : []
        }),
        sensitive: answer.kind === 'national-id' || place?.node.sensitive !== undefined,
      }
    }),
    declaration: declaration && { text: wholeText(release, wanted.language, declaration.text), at: declaration.at },
  }
}
