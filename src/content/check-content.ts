/** Checks what stands on disk: files that cannot be read, and every rule over what can. */

import type { Issue } from '../core/flow/check/issue.ts'
import { checkRelease } from '../core/flow/check.ts'
import { readContent } from './load-content.ts'

/**
 * @param root folder that holds `flows/` and `locales/`
 * @param slugs associations; all when left out
 * @returns every finding, once. Each association is checked as it stands and, for texts, with its sample values,
 * so that lines which an open slot hides are read, too.
 */
export const checkContent = (root: string, slugs?: readonly string[]): Issue[] => {
  const asItStands = readContent({ root, useSample: false, ...(slugs ? { slugs } : {}) })
  const filled = readContent({ root, useSample: true, ...(slugs ? { slugs } : {}) })
  const issues = [
    ...asItStands.issues,
    ...[...asItStands.releases, ...filled.releases].flatMap(({ subject }) => checkRelease(subject.release, subject.texts)),
  ]
  return [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()]
}

/** Findings of one association: what it has not given yet, and everything that must be mended. */
export const checkAssociation = (root: string, slug: string): Issue[] => checkContent(root, [slug])
