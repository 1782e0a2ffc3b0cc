/** The Dockerfile and .dockerignore, read as far as our own promises go. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Variable, variables } from '../../src/config/variables.ts'

export interface Dockerfile {
  user: string
  env: Record<string, string>
  volumes: string[]
  /** Of the final stage: whether /health is asked. */
  health: boolean
  faults: string[]
}

interface Step {
  word: string
  rest: string
}

const stepsOf = (text: string): Step[] =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? []
      return { word, rest }
    })

/** An exec form, which gets signals itself; null for a shell's line. */
const execOf = (rest: string): string[] | null => {
  try {
    const value: unknown = JSON.parse(rest)
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null
  } catch {
    return null
  }
}

const least = (range: string): number[] => (/(\d+)\.(\d+)/.exec(range) ?? []).slice(1).map(Number)

const secretNames = Object.values<Variable>(variables).flatMap(({ name, secret }) => (secret ? [name] : []))
const variableNames: string[] = Object.values<Variable>(variables).map(({ name }) => name)
/** Must never reach the builder, where a layer would keep it. */
const keptBack = ['.env', 'secrets', '.sila', '.git', 'node_modules', 'dist']

export const readDockerfile = (files: { dockerfile: string; ignore: string; root: string; engines: string }): Dockerfile => {
  const faults: string[] = []
  const steps = stepsOf(files.dockerfile)
  const last = steps.findLastIndex(({ word }) => word === 'FROM')
  const final = steps.slice(last)
  const one = (word: string): string => final.findLast((step) => step.word === word)?.rest ?? ''

  const stages = new Set<string>()
  for (const { word, rest } of steps) {
    if (word !== 'FROM') continue
    const [image = '', , stage] = rest.split(' ')
    if (stage) stages.add(stage)
    if (stages.has(image)) continue
    const version = /^node:(\d+)\.(\d+)\.\d+-[a-z-]+$/.exec(image)
    if (version === null) faults.push(`FROM ${image}: not pinned`)
    const [major = 0, minor = 0] = least(files.engines)
    if (version && (Number(version[1]) < major || (Number(version[1]) === major && Number(version[2]) < minor)))
      faults.push(`FROM ${image}: older than ${files.engines}`)
  }
  if (last === 0) faults.push('one stage: what builds would be shipped')
  for (const { word, rest } of steps) {
    if (word === 'ADD') faults.push(`ADD ${rest}: use COPY`)
    if (word === 'ARG' && secretNames.some((name) => rest.startsWith(name))) faults.push(`ARG ${rest}: a layer keeps it`)
    if (word !== 'COPY' || rest.startsWith('--from=')) continue
    for (const source of rest.split(/\s+/).slice(0, -1)) {
      if (!existsSync(join(files.root, source))) faults.push(`COPY ${source}: not there`)
      if (!files.ignore.split('\n').includes(`!${source}`)) faults.push(`COPY ${source}: .dockerignore keeps it back`)
    }
  }
  const rules = files.ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (rules[0] !== '*') faults.push('.dockerignore lets in what nobody named')
  for (const name of keptBack) if (rules.some((rule) => rule === `!${name}`)) faults.push(`.dockerignore lets ${name} in`)

  const env = Object.fromEntries(
    final
      .filter(({ word }) => word === 'ENV')
      .flatMap(({ rest }) => rest.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  for (const name of Object.keys(env)) {
    if (!variableNames.includes(name)) faults.push(`ENV ${name}: no variable of Sila`)
    if (secretNames.includes(name)) faults.push(`ENV ${name}: a secret in the image`)
  }
  const user = one('USER')
  if (!/^[1-9]\d*:[1-9]\d*$/.test(user)) faults.push(`USER ${user || 'root'}: name one by number`)
  if (one('EXPOSE') !== variables.port.default) faults.push(`EXPOSE ${one('EXPOSE')}: the program listens on ${variables.port.default}`)
  const command = execOf(one('CMD'))
  const entry = command?.find((part) => part.endsWith('.js'))
  if (command === null) faults.push('CMD: a shell would get the signals')
  else if (command[0] !== 'node') faults.push(`CMD ${command[0]}: signals end there`)
  if (entry === undefined || !existsSync(join(files.root, entry))) faults.push(`CMD ${entry}: not there`)
  if (command?.at(-1) !== 'start') faults.push('CMD: does not start')
  const check = one('HEALTHCHECK')
  const health = execOf(check.slice(check.indexOf('CMD ') + 4))?.some((part) => part.includes('/health')) ?? false
  if (!health) faults.push('HEALTHCHECK: does not ask /health')
  return { user, env, volumes: one('VOLUME').split(/\s+/), health, faults }
}
