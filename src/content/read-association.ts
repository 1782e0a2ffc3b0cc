/** An association's own folder: policy as data, its sample values, and the numbers of its clauses. */
import { z } from 'zod'
import type { Issue } from '../core/flow/check/issue.ts'
import type { Place } from '../core/flow/check/subject.ts'
import { Association, Bilingual, Hours } from '../core/policy/association.ts'
import type { Folder } from './folder.ts'
import { shapeIssues } from './read-flows.ts'
import { lineOf, readYaml } from './yaml.ts'

/** Invented values that fill open slots outside production. */
const Sample = z.strictObject({
  sample: z.literal(true),
  hours: Hours.optional(),
  draftDays: z.number().int().positive().optional(),
  slots: z.record(z.string(), Bilingual).default({}),
})

export interface ReadAssociation {
  association: Association
  /** A sample value was used. */
  sample: boolean
  clauses: ReadonlySet<string>
  placeOf(part?: string): Place
}

/** Numbers of policy.md: `## 7 …` and `- 7.5 …`. */
const clauseNumbers = (text: string): Set<string> =>
  new Set([...text.matchAll(/^(?:##|-) (\d+(?:\.\d+)*) /gm)].flatMap((found) => found[1] ?? []))

const fillWith = (association: Association, sample: z.infer<typeof Sample>): { filled: Association; used: boolean } => {
  const slots = Object.fromEntries(Object.entries(association.slots).map(([name, value]) => [name, value ?? sample.slots[name] ?? null]))
  const filled = {
    ...association,
    hours: association.hours ?? sample.hours ?? null,
    draftDays: association.draftDays ?? sample.draftDays ?? null,
    slots,
  }
  return { filled, used: JSON.stringify(filled) !== JSON.stringify(association) }
}

export const readAssociation = (folder: Folder, slug: string, useSample: boolean): { read: ReadAssociation | null; issues: Issue[] } => {
  const at = `flows/associations/${slug}`
  const file = `${at}/association.yaml`
  if (!folder.exists(file))
    return { read: null, issues: [{ rule: 'association-shape', level: 'error', file, message: 'the file is missing' }] }
  const yaml = readYaml(file, folder.read(file))
  if (yaml.issues.length > 0) return { read: null, issues: yaml.issues }
  const parsed = Association.safeParse(yaml.value)
  if (!parsed.success) return { read: null, issues: shapeIssues('association-shape', file, yaml.lines, parsed.error) }
  const issues: Issue[] =
    parsed.data.slug === slug
      ? []
      : [{ rule: 'association-shape', level: 'error', file, message: `the slug is «${parsed.data.slug}», its folder «${slug}»` }]
  const sample = readSample(folder, at, parsed.data)
  issues.push(...sample.issues)
  const { filled, used } = useSample && sample.value ? fillWith(parsed.data, sample.value) : { filled: parsed.data, used: false }
  const placeOf = (part?: string): Place => {
    const line = part === undefined ? undefined : lineOf(yaml.lines, part.split('/'))
    return { file, ...(line === undefined ? {} : { line }) }
  }
  const policy = `${at}/policy.md`
  const clauses = folder.exists(policy) ? clauseNumbers(folder.read(policy)) : new Set<string>()
  return { read: { association: filled, sample: used, clauses, placeOf }, issues }
}

const readSample = (folder: Folder, at: string, association: Association): { value: z.infer<typeof Sample> | null; issues: Issue[] } => {
  const file = `${at}/sample.yaml`
  if (!folder.exists(file)) return { value: null, issues: [] }
  const yaml = readYaml(file, folder.read(file))
  if (yaml.issues.length > 0) return { value: null, issues: yaml.issues }
  const parsed = Sample.safeParse(yaml.value)
  if (!parsed.success) return { value: null, issues: shapeIssues('association-shape', file, yaml.lines, parsed.error) }
  const unknown = Object.keys(parsed.data.slots).filter((name) => !(name in association.slots))
  const issues: Issue[] = unknown.map((name) => {
    const line = lineOf(yaml.lines, ['slots', name])
    return {
      rule: 'association-shape',
      level: 'error',
      file,
      ...(line === undefined ? {} : { line }),
      message: `association.yaml has no slot «${name}»`,
    }
  })
  return { value: parsed.data, issues }
}
