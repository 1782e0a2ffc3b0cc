/** Articles of `knowledge/*.md`: front matter, then `## ar` and `## en`. */
import { z } from 'zod'
import type { Issue } from '../core/flow/check/issue.ts'
import type { Place } from '../core/flow/check/subject.ts'
import type { Folder } from './folder.ts'
import { shapeIssues } from './read-flows.ts'
import type { KnowledgeArticle } from './snapshot.ts'
import { readYaml } from './yaml.ts'

const FrontMatter = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.strictObject({ ar: z.string().min(1), en: z.string().min(1) }),
  /** The first one is its title. */
  questions: z.array(z.string().min(2)),
  /** Variables without which the answer is none: the question goes to a person. */
  needs: z.array(z.string()).default([]),
  source: z.string().min(1),
  reviewed: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
})

export interface ReadArticle {
  article: KnowledgeArticle
  place: Place
}

const section = (body: string, language: string): string =>
  new RegExp(`^## ${language}[ \\t]*\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(body)?.[1]?.trim() ?? ''

const readArticle = (folder: Folder, file: string): { read: ReadArticle | null; issues: Issue[] } => {
  const found = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(folder.read(file))
  if (!found)
    return { read: null, issues: [{ rule: 'article-shape', level: 'error', file, message: 'no front matter between two lines of ---' }] }
  const [, front = '', body = ''] = found
  // The first line of the front matter is the second of the file.
  const yaml = readYaml(file, `\n${front}`)
  if (yaml.issues.length > 0) return { read: null, issues: yaml.issues }
  const parsed = FrontMatter.safeParse(yaml.value)
  if (!parsed.success) return { read: null, issues: shapeIssues('article-shape', file, yaml.lines, parsed.error) }
  const article = { ...parsed.data, answer: { ar: section(body, 'ar'), en: section(body, 'en') } }
  const issues: Issue[] = file.endsWith(`/${article.id}.md`)
    ? []
    : [{ rule: 'article-shape', level: 'error', file, line: 2, message: `the article is called «${article.id}»` }]
  return { read: { article, place: { file, line: 1 } }, issues }
}

export const readArticles = (folder: Folder, at: string): { articles: ReadArticle[]; issues: Issue[] } => {
  const read = folder.list(at, '.md').map((name) => readArticle(folder, `${at}/${name}`))
  return { articles: read.flatMap((each) => each.read ?? []), issues: read.flatMap((each) => each.issues) }
}
