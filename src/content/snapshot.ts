/**
 * The immutable form of a release: one JSON value that holds flows, texts in all languages, policy and articles.
 * A run renders from the snapshot it began with. Nodes are kept as pairs, because their order counts questions
 * and a JSON column does not keep the order of keys.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Flow, Node } from '../core/flow/schema.ts'
import { ReleaseId } from '../core/ids.ts'
import { Association } from '../core/policy/association.ts'

const Bilingual = z.object({ ar: z.string(), en: z.string() })

export const KnowledgeArticle = z.object({
  id: z.string(),
  title: Bilingual,
  questions: z.array(z.string()),
  needs: z.array(z.string()),
  answer: Bilingual,
  source: z.string(),
  reviewed: z.string(),
})
export type KnowledgeArticle = z.infer<typeof KnowledgeArticle>

const Texts = z.record(z.string(), z.string())

export const Snapshot = z.object({
  v: z.literal(1),
  association: Association,
  /** Some slots hold sample values. */
  sample: z.boolean(),
  flows: z.array(Flow.omit({ nodes: true }).extend({ nodes: z.array(z.tuple([z.string(), Node])) })),
  texts: z.object({ ar: Texts, en: Texts }),
  articles: z.array(KnowledgeArticle),
})
export type Snapshot = z.infer<typeof Snapshot>

/** JSON with sorted keys: the same content is the same text. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const rows = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${rows.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}

/** First 16 hexadecimal digits of the SHA-256 of the canonical JSON. */
export const releaseId = (body: Snapshot): ReleaseId =>
  ReleaseId.parse(createHash('sha256').update(canonical(body)).digest('hex').slice(0, 16))
