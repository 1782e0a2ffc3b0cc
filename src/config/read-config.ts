import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { z } from 'zod'
import { ConfigError } from './config-error.ts'
import { type Variable, variables } from './variables.ts'

type Values = { readonly [K in keyof typeof variables]: z.output<(typeof variables)[K]['schema']> }

/** Everything the environment decides, checked. */
export type Config = Omit<Values, 'publicUrl'> & {
  /** Without a slash at the end. */
  readonly publicUrl: string
}

/**
 * Read once, by main. An empty variable counts as not set.
 * @param env by default the environment over the file `.env` of the working folder
 * @throws ConfigError with one line for each wrong variable
 */
export function readConfig(env: Record<string, string | undefined> = { ...readEnvFile('.env'), ...withoutEmpty(process.env) }): Config {
  const values: Record<string, unknown> = {}
  const lines: string[] = []
  for (const [key, variable] of Object.entries<Variable>(variables)) {
    const given = env[variable.name]?.trim() || undefined
    const result = variable.schema.safeParse(given ?? variable.default ?? undefined)
    if (result.success) values[key] = result.data
    else lines.push(explain(variable, given, result.error.issues[0]?.message ?? 'is wrong'))
  }
  if (lines.length > 0) throw new ConfigError(lines)
  // Each key was filled by the schema of the same key just above.
  const config = values as Values
  return Object.freeze({ ...config, publicUrl: config.publicUrl ?? `http://localhost:${config.port}` })
}

function explain(variable: Variable, given: string | undefined, problem: string): string {
  const shown = variable.secret || given === undefined ? variable.name : `${variable.name}=${oneLine(given)}`
  return `${shown}: ${problem}.`
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 80)
}

/** @returns nothing when there is no such file */
export function readEnvFile(path: string): Record<string, string | undefined> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return {}
    throw new ConfigError([`${path} cannot be read (${String(code)}).`])
  }
  return { ...parseEnv(text) }
}

function withoutEmpty(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''))
}
