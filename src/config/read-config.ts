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
  for (const [key, variable] of Object.entries<Variable>(variables)) {
    const given = givenFor(variable, env)
    if ('problem' in given) {
      lines.push(given.problem)
      continue
    }
    const result = variable.schema.safeParse(given.text ?? variable.default ?? undefined)
    if (result.success) values[key] = result.data
    else lines.push(explain(variable, given, result.error.issues[0]?.message ?? 'is wrong'))
  }
  if (lines.length > 0) throw new ConfigError(lines)
  // Each key was filled by the schema of the same key just above.
  const { databasePassword, ...config } = values as Values
  const databaseUrl = withPassword(config.databaseUrl, databasePassword)
  const missing = missingFor(config.role, { ...config, databaseUrl })
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
    const held = readFileSync(file, 'utf8').trim()
    return held === '' ? { problem: `${name}_FILE=${oneLine(file)}: the file is empty.` } : { text: held, file }
  } catch (error) {
    return { problem: `${name}_FILE=${oneLine(file)}: the file cannot be read (${codeOf(error)}).` }
  }
}

function withPassword(url: string | undefined, password: string | undefined): string | undefined {
  if (url === undefined || password === undefined) return url
  const whole = new URL(url)
  if (whole.password !== '') throw new ConfigError(['DATABASE_PASSWORD: DATABASE_URL has a password already, keep one of them.'])
  whole.password = encodeURIComponent(password)
  return whole.href
}

/** @returns a line for each variable that the role needs and nobody set */
function missingFor(role: Role, values: Record<string, unknown>): string[] {
  return roleNeeds[role]
    .filter((key) => values[key] === undefined)
    .map((key) => `${variables[key].name}: SILA_ROLE=${role} needs it, or ${variables[key].name}_FILE.`)
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
export function readEnvFile(path: string): Env {
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
