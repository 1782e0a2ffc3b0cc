/**
 * A conversation flow, as an author writes it in `flows/<area>/<flow>.yaml`. Node ids are slugs and the
 * keys of their texts in `locales/<language>/<flow>.yaml`. No expressions: a branch compares a stored
 * value with constants; anything cleverer is a service whose answer is an input.
 */
import { z } from 'zod'
import { shortServices } from '../requests/services.ts'

const slug = z.string().regex(/^[a-z][a-z0-9-]*$/, 'a slug: lower-case letters, digits and hyphens')

/** What a question accepts. One member per kind; `src/core/engine/expect/` holds a file for each. */
export const Expectation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('choice'), options: z.array(slug).min(1).max(7) }),
  z.strictObject({ kind: z.literal('yes-no') }),
  z.strictObject({ kind: z.literal('text'), min: z.number().int().default(2), max: z.number().int().default(2000) }),
  z.strictObject({ kind: z.literal('name') }),
  z.strictObject({ kind: z.literal('national-id') }),
  z.strictObject({ kind: z.literal('phone') }),
  z.strictObject({
    kind: z.literal('number'),
    min: z.number().int(),
    max: z.number().int(),
    /** Values above are read back before they count. */
    usual: z.number().int().optional(),
  }),
  z.strictObject({ kind: z.literal('money'), max: z.number().default(1_000_000), options: z.array(slug).max(3).default([]) }),
  z.strictObject({ kind: z.literal('document'), max: z.number().int().default(5) }),
  /** Read-back of all answers of the draft; accepts yes, «تعديل», or the field that is wrong. */
  z.strictObject({ kind: z.literal('review') }),
  z.strictObject({ kind: z.literal('declaration') }),
  /** The number is the score: 5 on top. */
  z.strictObject({ kind: z.literal('rating'), dimension: z.enum(['service', 'provider']) }),
])
export type Expectation = z.infer<typeof Expectation>
export type ExpectationKind = Expectation['kind']

/** What may happen besides moving on. */
export const NodeAction = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('consent'), purpose: slug, given: z.boolean() }),
  z.strictObject({ do: z.literal('set-gender'), gender: z.enum(['female', 'male']).nullable() }),
  z.strictObject({ do: z.literal('set-language'), language: z.enum(['ar', 'en']) }),
  z.strictObject({ do: z.literal('stop-messages'), stopped: z.boolean() }),
])
export type NodeAction = z.infer<typeof NodeAction>

/** Services a flow may call. `src/core/engine/services.ts` says what each needs and answers. */
export const serviceNames = [
  'open-draft',
  'submit-request',
  'my-requests',
  'discard-draft',
  'file-request',
  'add-answers',
  'offer-link',
  'make-link',
  'read-link',
  'claim-link',
  'my-links',
  'unlink',
] as const
export type ServiceName = (typeof serviceNames)[number]

const next = slug
const actions = z.array(NodeAction).default([])

export const Node = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('say'), actions, next }),
  z.strictObject({
    kind: z.literal('ask'),
    expect: Expectation,
    /** Field of the request that keeps the answer. Without it a choice only routes. */
    save: slug.optional(),
    /** Where each option leads; the others go to `next`. */
    on: z.record(slug, slug).default({}),
    next: slug.optional(),
    /** Field of a short form that keeps words which are no answer here; they are added, and the question is asked again. */
    otherwise: slug.optional(),
    /** Counts in «سؤال ٢ من ٩». */
    counted: z.boolean().default(false),
    /** After three failures «نكمل، ويأخذه الموظف لاحقًا» is offered. */
    skippable: z.boolean().default(false),
    /** Masked in the read-back; legal basis is required by the checker. */
    sensitive: z.strictObject({ basis: z.string() }).optional(),
  }),
  z.strictObject({
    kind: z.literal('branch'),
    /** First match wins. `field` reads the answers, `var` what a service answered, or `gender`, `name`, `channel`. */
    cases: z
      .array(
        z.strictObject({
          field: slug.optional(),
          var: slug.optional(),
          is: z.union([z.string(), z.number(), z.boolean()]).optional(),
          filled: z.boolean().optional(),
          next: slug,
        }),
      )
      .min(1),
    else: slug,
  }),
  z.strictObject({
    kind: z.literal('call'),
    service: z.enum(serviceNames),
    on: z.record(slug, slug),
    /** Passed as they stand. */
    with: z.record(slug, z.string()).default({}),
  }),
  z.strictObject({ kind: z.literal('do'), actions: z.array(NodeAction).min(1), next }),
  z.strictObject({ kind: z.literal('open'), flow: slug, next }),
  z.strictObject({ kind: z.literal('hand-over'), reason: z.enum(['asked', 'unclear', 'complaint', 'field-by-staff']), role: slug, next }),
  /** `outcome` answers an interruption (resume, cancel …): what becomes of the flow underneath. */
  z.strictObject({ kind: z.literal('end'), outcome: z.enum(['done', 'resume', 'restart', 'leave', 'discard', 'menu']).default('done') }),
])
export type Node = z.infer<typeof Node>

export const Flow = z.strictObject({
  flow: slug,
  /** One line for the reader of the file. */
  about: z.string(),
  start: slug,
  /** Service of the request that this flow fills; makes it a form that can be left and resumed. */
  form: slug.optional(),
  /** Service of the short request that this flow files: a few answers, kept with the run and nowhere else until then. */
  shortForm: z.enum(shortServices).optional(),
  /** What a link to the conversation carries to open this flow: `t.me/<bot>?start=volunteer`. */
  entry: slug.max(64).optional(),
  /** Phrases, in any spelling, that open the flow. */
  opens: z.array(z.string()).default([]),
  nodes: z.record(slug, Node),
})
export type Flow = z.infer<typeof Flow>

/** The flows of one release, by id. */
export type FlowSet = ReadonlyMap<string, Flow>

/** Flows the engine itself opens; a release without one of them does not pass the checker. */
export const systemFlows = [
  'menu',
  'resume',
  'cancel',
  'hand-back',
  'rating',
  'status',
  'support-request',
  'complaint',
  'link',
  'claim',
  'unlink',
] as const
