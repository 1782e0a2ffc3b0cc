/** Reads YAML with the line of every key, so that a finding names where it stands. */
import { isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { Issue } from '../core/flow/check/issue.ts'

export interface YamlFile {
  value: unknown
  /** Line (from 1) of a key, by its path joined with `/`. */
  lines: ReadonlyMap<string, number>
  issues: Issue[]
}

/** @param file name as findings show it. @param text its content. Never throws: a broken file is an issue. */
export const readYaml = (file: string, text: string): YamlFile => {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const issues: Issue[] = document.errors.map((error) => ({
    rule: 'yaml',
    level: 'error',
    file,
    line: counter.linePos(error.pos[0]).line,
    message: error.message,
  }))
  const lines = new Map<string, number>()
  if (issues.length > 0) return { value: null, lines, issues }
  visit(document, {
    Pair(_key, pair, ancestors) {
      if (!isScalar(pair.key)) return
      const above = ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [String(node.key.value)] : []))
      const at = pair.key.range?.[0]
      if (at !== undefined) lines.set([...above, String(pair.key.value)].join('/'), counter.linePos(at).line)
    },
  })
  return { value: isMap(document.contents) ? document.toJS() : null, lines, issues }
}

/** Nearest known line of a path: its own, else that of the closest key above it. */
export const lineOf = (lines: ReadonlyMap<string, number>, path: readonly (string | number)[]): number | undefined => {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lines.get(path.slice(0, length).join('/'))
    if (line !== undefined) return line
  }
  return undefined
}
