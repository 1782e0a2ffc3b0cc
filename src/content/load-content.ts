/** Reads flows, texts, policy and articles from disk into releases, with everything the checker needs to point at. */
import { z } from 'zod'
import type { Language } from '../core/engine/state.ts'
import type { Issue } from '../core/flow/check/issue.ts'
import type { CheckedRelease, CheckedTexts, TextEntry } from '../core/flow/check/subject.ts'
import { ToneRule } from '../core/flow/check/tone.ts'
import { type Folder, openFolder } from './folder.ts'
import { longestValues } from './longest.ts'
import { readArticles } from './read-articles.ts'
import { readAssociation } from './read-association.ts'
import { readFlows, shapeIssues } from './read-flows.ts'
import { readTexts } from './read-texts.ts'
import { type OpenRelease, openRelease } from './release.ts'
import { Snapshot } from './snapshot.ts'
import { readYaml } from './yaml.ts'

export interface LoadOptions {
  /** Folder that holds `flows/` and `locales/`. */
  root: string
  /** Associations to read; all when left out. */
  slugs?: readonly string[]
  /** Fill open slots from sample.yaml: never in production. */
  useSample: boolean
}

export interface LoadedRelease extends OpenRelease {
  /** What the release row keeps; `openRelease` reads it back. */
  body: Snapshot
  /** What `checkRelease` looks at. */
  subject: { release: CheckedRelease; texts: CheckedTexts }
}

export interface ReadContent {
  releases: LoadedRelease[]
  /** Files that could not be read. A release with such a file is not among `releases`. */
  issues: Issue[]
}

/** Files of the content that cannot be used as they are. */
export class ContentError extends Error {
  readonly issues: Issue[]
  constructor(issues: Issue[]) {
    super(issues.map(({ file, line, message }) => `${file}${line ? `:${line}` : ''}  ${message}`).join('\n'))
    this.name = 'ContentError'
    this.issues = issues
  }
}

/**
 * Releases of the associations asked for, ready for use.
 * @throws ContentError with every file that could not be read, and for an association without a folder
 */
export const loadContent = (options: LoadOptions): LoadedRelease[] => {
  const { releases, issues } = readContent(options)
  const errors = issues.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new ContentError(errors)
  return releases
}

/** As {@link loadContent}, but findings come back instead of an error. */
export const readContent = ({ root, slugs, useSample }: LoadOptions): ReadContent => {
  const folder = openFolder(root)
  const tone = readTone(folder)
  const shared = { ar: readTexts(folder, 'locales/ar'), en: readTexts(folder, 'locales/en') }
  const issues = [...tone.issues, ...shared.ar.issues, ...shared.en.issues]
  const sharedBroken = issues.length > 0
  const releases: LoadedRelease[] = []
  for (const slug of slugs ?? folder.folders('flows/associations')) {
    const loaded = loadAssociation(folder, slug, useSample, { ar: shared.ar.entries, en: shared.en.entries }, tone.rules)
    issues.push(...loaded.issues)
    if (loaded.release && !sharedBroken) releases.push(loaded.release)
  }
  return { releases, issues }
}

const readTone = (folder: Folder): { rules: ToneRule[]; issues: Issue[] } => {
  const file = 'flows/tone.yaml'
  if (!folder.exists(file)) return { rules: [], issues: [] }
  const yaml = readYaml(file, folder.read(file))
  if (yaml.issues.length > 0) return { rules: [], issues: yaml.issues }
  const parsed = z.strictObject({ rules: z.array(ToneRule) }).safeParse(yaml.value)
  return parsed.success
    ? { rules: parsed.data.rules, issues: [] }
    : { rules: [], issues: shapeIssues('tone-shape', file, yaml.lines, parsed.error) }
}

const loadAssociation = (
  folder: Folder,
  slug: string,
  useSample: boolean,
  shared: Record<Language, ReadonlyMap<string, TextEntry>>,
  tone: ToneRule[],
): { release: LoadedRelease | null; issues: Issue[] } => {
  const at = `flows/associations/${slug}`
  const association = readAssociation(folder, slug, useSample)
  const flows = readFlows(folder, at)
  const articles = readArticles(folder, `${at}/knowledge`)
  const wording = {
    ar: readTexts(folder, `${at}/wording/ar`, new Map(shared.ar)),
    en: readTexts(folder, `${at}/wording/en`, new Map(shared.en)),
  }
  const issues = [...association.issues, ...flows.issues, ...articles.issues, ...wording.ar.issues, ...wording.en.issues]
  if (!association.read || issues.some(({ level }) => level === 'error')) return { release: null, issues }
  const { read } = association
  const entries = { ar: wording.ar.entries, en: wording.en.entries }
  const plain = (language: Language) => Object.fromEntries([...entries[language]].map(([key, { text }]) => [key, text]))
  const body = Snapshot.parse({
    v: 1,
    association: read.association,
    sample: read.sample,
    flows: [...flows.flows.values()].map(({ flow }) => ({ ...flow, nodes: Object.entries(flow.nodes) })),
    texts: { ar: plain('ar'), en: plain('en') },
    articles: articles.articles.map(({ article }) => article),
  })
  const release = openRelease(body)
  const places = new Map(articles.articles.map(({ article, place }) => [article.id, place]))
  const checked: CheckedRelease = {
    association: read.association,
    flows: release.flows,
    articles: new Map(articles.articles.map(({ article }) => [article.id, article])),
    clauses: read.clauses,
    placeOf: (kind, id, part) => {
      if (kind === 'flow') return flows.flows.get(id)?.placeOf(part) ?? { file: 'flows' }
      return kind === 'article' ? (places.get(id) ?? { file: at }) : read.placeOf(part)
    },
  }
  const variables = { ar: longestValues(release, 'ar'), en: longestValues(release, 'en') }
  return { release: { ...release, body, subject: { release: checked, texts: { entries, variables, tone } } }, issues }
}
