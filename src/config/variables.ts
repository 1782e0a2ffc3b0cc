/** Every variable of the environment that Sila reads: the schema, the documentation and `.env.example` come from this one list. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { BotTokens, slug } from './telegram-bots.ts'

export interface Variable<T extends z.ZodType = z.ZodType> {
  name: string
  /** As it would be written in `.env`; null: not set. */
  default: string | null
  about: string
  /** Never printed, not even when it is wrong. May stand in a file instead, named by the variable with `_FILE` behind it. */
  secret: boolean
  schema: T
}

const milliseconds = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number of milliseconds')
  .transform(Number)
const path = z.string().transform((text) => resolve(text))
const keyFile = path.optional()
const url = (protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })

function declare<T extends z.ZodType>(name: string, fallback: string | null, about: string, schema: T, secret = false): Variable<T> {
  return { name, default: fallback, about, secret, schema }
}

export const variables = {
  role: declare(
    'SILA_ROLE',
    'all',
    'all: everything in one process; gateway: the pages and the channels; worker: what is later. Several gateways and workers share one PostgreSQL and one Redis.',
    z.enum(['all', 'gateway', 'worker'], 'must be all, gateway or worker'),
  ),
  port: declare(
    'PORT',
    '3000',
    'Port of the web chat, the desk and the webhooks; of a worker, of /health, /ready and /metrics alone.',
    z
      .string()
      .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535 (0: any free port)')
      .transform(Number)
      .refine((port) => port <= 65535, 'must be a port number, 0 to 65535 (0: any free port)'),
  ),
  host: declare(
    'HOST',
    '127.0.0.1',
    'Address to listen on; 0.0.0.0 lets other machines in.',
    z.string().regex(/^[\w.:-]+$/, 'must be an address'),
  ),
  publicUrl: declare(
    'PUBLIC_URL',
    null,
    'Address at which people reach this program, behind a proxy for instance; otherwise http://localhost and the port.',
    url(['http:', 'https:'])
      .transform((text) => text.replace(/\/+$/, ''))
      .optional(),
  ),
  trustProxy: declare(
    'TRUST_PROXY',
    null,
    'Addresses of the proxies before this program, with commas: only their X-Forwarded-For counts.',
    z
      .string()
      .regex(/^[\w.:/, -]+$/, 'must be addresses with commas between them')
      .transform((text) => text.split(',').map((address) => address.trim()))
      .optional(),
  ),
  dataDir: declare('SILA_DATA_DIR', '.sila', 'Folder of the database, the keys and the files. Back it up.', path),
  association: declare(
    'SILA_ASSOCIATION',
    'masakin',
    'Association that is served when none is named: a folder of flows/associations.',
    z.string().regex(slug, 'must be the name of a folder of flows/associations'),
  ),
  databaseUrl: declare(
    'DATABASE_URL',
    null,
    'A PostgreSQL of your own (18), as the owner of its database; otherwise the shipped one is started in the data folder.',
    url(['postgres:', 'postgresql:']).optional(),
    true,
  ),
  databasePassword: declare(
    'DATABASE_PASSWORD',
    null,
    'The password of DATABASE_URL, when it has none itself.',
    z.string().optional(),
    true,
  ),
  redisUrl: declare(
    'REDIS_URL',
    null,
    'A Redis for the queues, and for what the processes tell each other; otherwise the queues live in PostgreSQL.',
    url(['redis:', 'rediss:']).optional(),
    true,
  ),
  masterKeyFile: declare(
    'SILA_MASTER_KEY_FILE',
    null,
    'File of 32 bytes that wraps all other keys; otherwise made in the data folder.',
    keyFile,
  ),
  indexKeyFile: declare(
    'SILA_INDEX_KEY_FILE',
    null,
    'File of 32 bytes for looking up identifiers; otherwise made in the data folder.',
    keyFile,
  ),
  authKeyFile: declare(
    'SILA_AUTH_KEY_FILE',
    null,
    'File of 32 bytes that signs the sessions of staff; otherwise made in the data folder.',
    keyFile,
  ),
  telegramBotToken: declare(
    'TELEGRAM_BOT_TOKEN',
    null,
    'Token of the Telegram bot, from @BotFather; for several associations slug=token, with commas between them.',
    BotTokens.optional(),
    true,
  ),
  telegramApiRoot: declare(
    'TELEGRAM_API_ROOT',
    'https://api.telegram.org',
    'Address of the Bot API; a Bot API server of your own works as well, without --local.',
    url(['http:', 'https:']),
  ),
  telegramDelivery: declare(
    'TELEGRAM_DELIVERY',
    'auto',
    'How updates of Telegram come: polling, webhook, or auto: webhook when PUBLIC_URL is https.',
    z.enum(['auto', 'polling', 'webhook'], 'must be auto, polling or webhook'),
  ),
  burstTextMs: declare(
    'SILA_BURST_TEXT_MS',
    '1500',
    'How long to wait for the next message of someone who writes in bursts.',
    milliseconds,
  ),
  burstMediaMs: declare('SILA_BURST_MEDIA_MS', '4000', 'The same after a photo or a file.', milliseconds),
  logLevel: declare(
    'LOG_LEVEL',
    'info',
    'trace, debug, info, warn, error, fatal or silent. No level logs what people write.',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be trace, debug, info, warn, error, fatal or silent'),
  ),
  nodeEnv: declare(
    'NODE_ENV',
    'development',
    'production, development or test. In production no sample value ever stands in for what the association has not filled in.',
    z.enum(['production', 'development', 'test'], 'must be production, development or test'),
  ),
} as const satisfies Record<string, Variable>

export type Role = z.output<typeof variables.role.schema>

/** What a role cannot do without: several processes meet in PostgreSQL and Redis, and nowhere else. */
export const roleNeeds = {
  all: [],
  gateway: ['databaseUrl', 'redisUrl'],
  worker: ['databaseUrl', 'redisUrl'],
} as const satisfies Record<Role, readonly (keyof typeof variables)[]>

/** The text of `.env.example`. */
export function renderExample(): string {
  const blocks = Object.values<Variable>(variables).map(
    ({ name, default: fallback, about, secret }) =>
      `# ${about}${secret ? ` Or a file that holds it: ${name}_FILE.` : ''}\n# ${name}=${fallback ?? ''}\n`,
  )
  return ['# Copy to .env and uncomment what you change. The environment wins over this file.\n', ...blocks].join('\n')
}
