/** What the container files promise, held against the configuration: no container engine runs where the tests do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ConfigError } from '../../src/config/config-error.ts'
import { type Config, readConfig } from '../../src/config/read-config.ts'
import { type Role, type Variable, variables } from '../../src/config/variables.ts'
import { drainLimitMs } from '../../src/main/roles.ts'
import type { Dockerfile } from './dockerfile.ts'

const Service = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  user: z.string().default(''),
  init: z.boolean().default(false),
  restart: z.string().default(''),
  stop_grace_period: z.string().default('10s'),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  command: z.array(z.string()).default([]),
  deploy: z.object({ replicas: z.number() }).optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()).default([]) }).default({ test: [] }),
})
type Service = z.infer<typeof Service>
const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
  volumes: z.record(z.string(), z.object({})),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
})
type Compose = z.infer<typeof Compose>

/** What the images of others read, by their documentation. */
const imageVariables: Record<string, readonly string[]> = {
  postgres: ['POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_INITDB_ARGS', 'PGDATA'],
  redis: [],
}
/** What must be given from outside, and an example of it. */
const examples: Record<string, string> = { PUBLIC_URL: 'https://sila.example.org' }
const known = Object.values<Variable>(variables)
const keyFiles = [variables.masterKeyFile, variables.indexKeyFile, variables.authKeyFile].map(({ name }) => name)

/** `${NAME:-default}` and `${NAME:?why}`, as compose fills them in. */
const fillIn = (text: string): string =>
  text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) =>
    kind === '-' ? rest : (examples[name] ?? ''),
  )

const seconds = (text: string): number => Number(/^(\d+)s$/.exec(text)?.[1] ?? Number.NaN)

interface ComposeFiles {
  compose: string
  dockerfile: Dockerfile
  /** Of package.json. */
  version: string
}

/** @returns one line for every promise that is not kept */
export const findComposeFaults = ({ compose: text, dockerfile, version }: ComposeFiles): string[] => {
  const compose = Compose.parse(parse(fillIn(text), { merge: true }))
  const faults = [...findLooseEnds(compose)]
  const roles = new Map<Role, string[]>()
  for (const [name, service] of Object.entries(compose.services)) {
    const say = (what: string): void => void faults.push(`${name}: ${what}`)
    for (const what of hardening(service)) say(what)
    if (service.build === undefined) {
      if (service.healthcheck.test.length === 0) say('no health check')
      if (!/^[a-z]+:\d+(\.\d+)+(-[a-z]+)?$/.test(service.image)) say(`image ${service.image} is not pinned`)
      const allowed = imageVariables[service.image.split(':')[0] ?? ''] ?? []
      for (const variable of Object.keys(service.environment)) if (!allowed.includes(variable)) say(`the image does not read ${variable}`)
      if (service.networks.some((network) => !compose.networks[network]?.internal)) say('can be reached from outside')
      continue
    }
    if (service.image !== `sila:${version}`) say(`image ${service.image} is not of this version`)
    if (service.healthcheck.test.length === 0 && !dockerfile.health) say('no health check')
    if (service.user !== dockerfile.user) say(`user ${service.user} is not the image's ${dockerfile.user}`)
    if (!service.init) say('no init: signals and the ended would be left to the program')
    if (!(seconds(service.stop_grace_period) * 1000 > drainLimitMs))
      say(`is killed after ${service.stop_grace_period}, before it has drained`)
    const result = configOf(service, compose, dockerfile)
    for (const what of result.faults) say(what)
    if (result.config === null) continue
    const { config } = result
    roles.set(config.role, [...(roles.get(config.role) ?? []), name])
    for (const what of findSilaFaults(service, config, compose, dockerfile)) say(what)
  }
  for (const role of ['gateway', 'worker'] as const) if (roles.get(role)?.length !== 1) faults.push(`no single service is the ${role}`)
  if (roles.has('all')) faults.push('a service is all in one')
  return faults
}

const hardening = (service: Service): string[] => [
  ...(/^[1-9]\d*(:[1-9]\d*)?$/.test(service.user) ? [] : [`runs as ${service.user || 'root'}: name a user by number`]),
  ...(['unless-stopped', 'always'].includes(service.restart) ? [] : ['is not started again']),
  ...(service.read_only ? [] : ['its root can be written']),
  ...(service.cap_drop.includes('ALL') ? [] : ['keeps capabilities']),
  ...(service.security_opt.includes('no-new-privileges:true') ? [] : ['may gain privileges']),
]

/** Names that stand on one side only. */
const findLooseEnds = ({ services, networks, volumes, secrets }: Compose): string[] => {
  const faults: string[] = []
  const all = Object.entries(services)
  const used = { networks: new Set<string>(), volumes: new Set<string>(), secrets: new Set<string>() }
  for (const [name, service] of all) {
    for (const network of service.networks) used.networks.add(network)
    for (const volume of service.volumes) used.volumes.add(volume.split(':')[0] ?? '')
    for (const secret of service.secrets) {
      used.secrets.add(secret)
      if (!Object.values(service.environment).includes(`/run/secrets/${secret}`)) faults.push(`${name}: never reads its secret ${secret}`)
    }
    for (const value of Object.values(service.environment))
      if (value.startsWith('/run/secrets/') && !service.secrets.includes(basename(value))) faults.push(`${name}: is not given ${value}`)
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      if (services[other] === undefined) faults.push(`${name}: waits for ${other}, which is not there`)
      if (condition !== 'service_healthy') faults.push(`${name}: does not wait until ${other} is well`)
    }
  }
  const declared = { networks, volumes, secrets }
  for (const kind of ['networks', 'volumes', 'secrets'] as const) {
    for (const name of Object.keys(declared[kind])) if (!used[kind].has(name)) faults.push(`${kind}: nobody uses ${name}`)
    for (const name of used[kind]) if (declared[kind][name] === undefined) faults.push(`${kind}: ${name} is not declared`)
  }
  for (const [name, { file }] of Object.entries(secrets))
    if (!file.startsWith('./secrets/')) faults.push(`secrets: ${name} is not in ./secrets`)
  return faults
}

/** What the program itself makes of the environment, with secrets in real files. */
/** Secrets that have a shape. */
const samples: Record<string, string> = { 'telegram-bot-token': '1:a-token-of-a-bot-0123456789abcdef' }

const configOf = (service: Service, compose: Compose, dockerfile: Dockerfile): { config: Config | null; faults: string[] } => {
  const faults: string[] = []
  const given = { ...dockerfile.env, ...service.environment }
  for (const name of Object.keys(given)) {
    const ofSecret = known.find((variable) => variable.secret && name === `${variable.name}_FILE`)
    const variable = known.find((candidate) => candidate.name === name) ?? ofSecret
    if (variable === undefined) faults.push(`${name} is no variable of Sila`)
  }
  // Where it is needed nothing may be left to chance: two processes that made keys would find different people.
  for (const name of keyFiles) if (given[name] === undefined) faults.push(`${name} is not given`)
  for (const { name, secret } of known) {
    const value = given[name]
    if (secret && value !== undefined && (!URL.canParse(value) || new URL(value).password !== ''))
      faults.push(`${name} holds a secret in the open`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'sila-compose-'))
  try {
    for (const name of Object.keys(compose.secrets)) writeFileSync(join(folder, name), `${samples[name] ?? 'a-secret'}\n`)
    const env = Object.entries(given).map(([name, value]) => [name, value.replace('/run/secrets', folder)])
    return { config: readConfig(Object.fromEntries(env)), faults }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { config: null, faults: [...faults, ...error.lines] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const findSilaFaults = (service: Service, config: Config, compose: Compose, dockerfile: Dockerfile): string[] => {
  const faults: string[] = []
  const hostOf = (url: string | undefined): string => (url === undefined ? '' : new URL(url).hostname)
  for (const [url, image] of [
    [config.databaseUrl, 'postgres'],
    [config.redisUrl, 'redis'],
  ] as const) {
    const host = hostOf(url)
    if (compose.services[host]?.image.startsWith(`${image}:`) !== true) faults.push(`${host} is no ${image} of this file`)
    if (service.depends_on[host] === undefined) faults.push(`does not wait for ${host}`)
    if (!service.networks.some((network) => compose.services[host]?.networks.includes(network))) faults.push(`cannot reach ${host}`)
  }
  const postgres = compose.services[hostOf(config.databaseUrl)]
  const { username, pathname } = new URL(config.databaseUrl ?? 'postgres:')
  if (postgres?.environment.POSTGRES_USER !== username) faults.push(`${username} is not who the database is made for`)
  if (postgres?.environment.POSTGRES_DB !== pathname.slice(1)) faults.push(`${pathname.slice(1)} is not the database that is made`)
  const redis = compose.services[hostOf(config.redisUrl)]?.command.join(' ') ?? ''
  if (!redis.includes('--appendonly yes') || !redis.includes('--maxmemory-policy noeviction')) faults.push('its Redis forgets bells')
  if (config.host !== '0.0.0.0') faults.push('listens to itself alone')
  if (config.nodeEnv !== 'production') faults.push('is not in production')
  if (!service.volumes.some((volume) => volume.endsWith(`:${config.dataDir}`))) faults.push(`${config.dataDir} is on no volume`)
  if (!dockerfile.volumes.includes(config.dataDir)) faults.push(`the image has no ${config.dataDir}`)
  if (config.role === 'gateway') {
    if (!service.ports.some((port) => port.endsWith(`:${config.port}`))) faults.push('its port is not published')
    if (!service.ports.every((port) => port.startsWith('127.0.0.1:'))) faults.push('is published without TLS')
  } else if (service.ports.length > 0) faults.push('publishes a port that is for machines')
  if (config.role === 'worker' && (service.deploy?.replicas ?? 1) < 2) faults.push('there is only one')
  return faults
}
