/** Texts of one language: every file of `locales/<language>/` is a namespace, every scalar in it a text. */
import type { Issue } from '../core/flow/check/issue.ts'
import type { TextEntry } from '../core/flow/check/subject.ts'
import type { Folder } from './folder.ts'
import { lineOf, readYaml } from './yaml.ts'

/** Texts of pages and of errors: not part of a conversation. */
const pageNamespaces = new Set(['web-chat', 'desk', 'errors'])

const flatten = (value: unknown, path: string[], found: (path: string[], text: unknown) => void): void => {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, [...path, key], found)
  } else found(path, value)
}

/** @param into texts read before: an association's wording replaces them key by key. */
export const readTexts = (
  folder: Folder,
  at: string,
  into = new Map<string, TextEntry>(),
): { entries: Map<string, TextEntry>; issues: Issue[] } => {
  const issues: Issue[] = []
  for (const name of folder.list(at, '.yaml')) {
    const namespace = name.slice(0, -'.yaml'.length)
    if (pageNamespaces.has(namespace)) continue
    const file = `${at}/${name}`
    const yaml = readYaml(file, folder.read(file))
    issues.push(...yaml.issues)
    const seen = new Set<string>()
    flatten(yaml.value ?? {}, [], (path, text) => {
      const line = lineOf(yaml.lines, path)
      const key = `${namespace}:${path.join('.')}`
      const place = { file, ...(line === undefined ? {} : { line }) }
      if (typeof text !== 'string' || text.trim() === '')
        issues.push({ rule: 'text-shape', level: 'error', ...place, message: `${key} is no text` })
      else if (seen.has(key)) issues.push({ rule: 'text-shape', level: 'error', ...place, message: `${key} is written twice` })
      else into.set(key, { ...place, text: text.trim() })
      seen.add(key)
    })
  }
  return { entries: into, issues }
}
