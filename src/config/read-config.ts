import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import { type Role, roleNeeds, type Variable, variables } from './variables.ts'

type Values = { readonly [K in keyof typeof variables]: z.output<(typeof variables)[K]['schema']> }

/** Everything the environment decides, checked. */
export type Config = Omit<Values, 'publicUrl' | 'databasePassword'> & {
  /** Without a slash at the end. */
  readonly publicUrl: string
}

type Env = Record<string, string | undefined>

/**
 * Read once, by main. An empty variable counts as not set.
 * @param env by default the environment over the file `.env` of the working folder
 * @throws ConfigError with one line for each wrong variable
 */
export function readConfig(env: Env = { ...readEnvFile('.env'), ...withoutEmpty(process.env) }): Config {
  const values: Record<string, unknown> = {}
  const lines: string[] = []
  /** Names whose file has nothing in it: not set, as an empty variable is. */
  const empty = new Map<string, string>()
  for (const [key, variable] of Object.entries<Variable>(variables)) {
    const given = givenFor(variable, env)
    if ('problem' in given) {
      lines.push(given.problem)
      continue
    }
    if (given.file !== undefined && given.text === undefined) empty.set(variable.name, given.file)
    const result = variable.schema.safeParse(given.text ?? variable.default ?? undefined)
    if (result.success) values[key] = result.data
    else lines.push(explain(variable, given, result.error.issues[0]?.message ?? 'is wrong'))
  }
  if (lines.length > 0) throw new ConfigError(lines)
  // Each key was filled by the schema of the same key just above.
  const { databasePassword, ...config } = values as Values
  const databaseUrl = withPassword(config.databaseUrl, databasePassword, empty)
  const missing = missingFor(config.role, { ...config, databaseUrl }, empty)
  if (missing.length > 0) throw new ConfigError(missing)
  return Object.freeze({ ...config, databaseUrl, publicUrl: config.publicUrl ?? `http://localhost:${config.port}` })
}

interface Given {
  text: string | undefined
  /** The file that held it. */
  file?: string
}

/** A secret may stand in a file, so that it is in no list of processes and in no description of a container. */
function givenFor({ name, secret }: Variable, env: Env): Given | { problem: string } {
  const text = env[name]?.trim() || undefined
  const file = secret ? env[`${name}_FILE`]?.trim() || undefined : undefined
  if (file === undefined) return { text }
  if (text !== undefined) return { problem: `${name} and ${name}_FILE are both set: keep one of them.` }
  try {
    return { text: readFileSync(file, 'utf8').trim() || undefined, file }
  } catch (error) {
    return { problem: `${name}_FILE=${oneLine(file)}: the file cannot be read (${codeOf(error)}).` }
  }
}

const password = variables.databasePassword.name

function withPassword(url: string | undefined, given: string | undefined, empty: Map<string, string>): string | undefined {
  if (url === undefined) return undefined
  const whole = new URL(url)
  if (given === undefined) {
    if (empty.has(password) && whole.password === '') throw new ConfigError([isEmpty(password, empty)])
    return url
  }
  if (whole.password !== '') throw new ConfigError([`${password}: DATABASE_URL has a password already, keep one of them.`])
  whole.password = encodeURIComponent(given)
  return whole.href
}

/** @returns a line for each variable that the role needs and nobody set */
function missingFor(role: Role, values: Record<string, unknown>, empty: Map<string, string>): string[] {
  return roleNeeds[role]
    .filter((key) => values[key] === undefined)
    .map((key) => variables[key].name)
    .map((name) => (empty.has(name) ? isEmpty(name, empty) : `${name}: SILA_ROLE=${role} needs it, or ${name}_FILE.`))
}

function isEmpty(name: string, empty: Map<string, string>): string {
  return `${name}_FILE=${oneLine(empty.get(name) ?? '')}: the file is empty.`
}

function explain(variable: Variable, { text, file }: Given, problem: string): string {
  if (file !== undefined) return `${variable.name} (in ${oneLine(file)}): ${problem}.`
  const shown = variable.secret || text === undefined ? variable.name : `${variable.name}=${oneLine(text)}`
  return `${shown}: ${problem}.`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 80)
}

/** @returns nothing when there is no such file */
function readEnvFile(path: string): Env {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}
    throw new ConfigError([`${path} cannot be read (${codeOf(error)}).`])
  }
  return { ...parseEnv(text) }
}

function withoutEmpty(env: NodeJS.ProcessEnv): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''))
}
