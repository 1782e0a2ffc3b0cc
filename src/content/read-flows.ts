/** Flows of `flows/<area>/<flow>.yaml`, and those an association has of its own. */
import type { z } from 'zod'
import type { Issue } from '../core/flow/check/issue.ts'
import type { Place } from '../core/flow/check/subject.ts'
import { Flow } from '../core/flow/schema.ts'
import type { Folder } from './folder.ts'
import { lineOf, readYaml } from './yaml.ts'

export interface ReadFlow {
  flow: Flow
  placeOf(part?: string): Place
}

/** Issues of a file whose shape is wrong, each with its line. */
export const shapeIssues = (rule: string, file: string, lines: ReadonlyMap<string, number>, error: z.ZodError): Issue[] =>
  error.issues.map(({ path, message }) => {
    const line = lineOf(lines, path as (string | number)[]) // zod's paths hold names and indexes
    return { rule, level: 'error', file, ...(line === undefined ? {} : { line }), message: `${path.join('.') || 'the file'}: ${message}` }
  })

const readFlow = (folder: Folder, file: string): { read: ReadFlow | null; issues: Issue[] } => {
  const yaml = readYaml(file, folder.read(file))
  if (yaml.issues.length > 0) return { read: null, issues: yaml.issues }
  const parsed = Flow.safeParse(yaml.value)
  if (!parsed.success) return { read: null, issues: shapeIssues('flow-shape', file, yaml.lines, parsed.error) }
  const placeOf = (part?: string): Place => {
    const path = part?.startsWith('/') ? [part.slice(1)] : ['nodes', ...(part ?? '').split('/')]
    const line = part === undefined ? undefined : lineOf(yaml.lines, path)
    return { file, ...(line === undefined ? {} : { line }) }
  }
  const name = file.slice(file.lastIndexOf('/') + 1, -'.yaml'.length)
  const issues: Issue[] =
    parsed.data.flow === name
      ? []
      : [{ rule: 'flow-shape', level: 'error', file, message: `the flow is called «${parsed.data.flow}», its file «${name}»` }]
  return { read: { flow: parsed.data, placeOf }, issues }
}

/** Every area but `associations`; then the association's own flows, which replace those of the same name. */
export const readFlows = (folder: Folder, associationPath: string): { flows: Map<string, ReadFlow>; issues: Issue[] } => {
  const flows = new Map<string, ReadFlow>()
  const issues: Issue[] = []
  const areas = folder.folders('flows').filter((area) => area !== 'associations')
  for (const area of [...areas.map((name) => `flows/${name}`), `${associationPath}/flows`]) {
    for (const name of folder.list(area, '.yaml')) {
      const { read, issues: found } = readFlow(folder, `${area}/${name}`)
      issues.push(...found)
      if (!read) continue
      const other = flows.get(read.flow.flow)
      if (other && !area.startsWith(associationPath)) {
        issues.push({
          rule: 'flow-shape',
          level: 'error',
          ...read.placeOf(),
          message: `${read.flow.flow} is also in ${other.placeOf().file}`,
        })
      } else flows.set(read.flow.flow, read)
    }
  }
  return { flows, issues }
}
