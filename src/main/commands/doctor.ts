/** What is configured, reachable and missing. Exit code 1 when Sila cannot run, 3 when something should be mended. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createBotApi } from '../../channels/telegram/api.ts'
import { troubleOf } from '../../channels/telegram/health.ts'
import { ConfigError } from '../../config/config-error.ts'
import { type Config, readConfig } from '../../config/read-config.ts'
import { type BotToken, readBotTokens } from '../../config/telegram-bots.ts'
import { checkAssociation } from '../../content/check-content.ts'
import { checkRedis } from '../../platform/check-redis.ts'
import { checkConnection, openPools } from '../../platform/database.ts'
import { readInstance } from '../../platform/instance.ts'
import { keyPlaces, readKeyFile } from '../../platform/keys.ts'
import { joinOrStart } from '../../platform/open-data.ts'
import { exitCodes } from '../command-line.ts'
import { usesSample } from '../open-application.ts'
import { roles } from '../roles.ts'
import { pagesDir, root } from '../root.ts'

interface Finding {
  what: string
  level: 'ok' | 'note' | 'mend' | 'fatal'
  says: string
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'failed')

/** Something by which the keys of two machines can be compared, and from which nobody gets back to them. */
const markOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)

const lookAtKeys = async (config: Config): Promise<Omit<Finding, 'what'>> => {
  const marks: string[] = []
  const missing: string[] = []
  for (const [name, path] of Object.entries(keyPlaces(config.dataDir, config))) {
    if (existsSync(path)) marks.push(`${name} ${markOf(await readKeyFile(path))}`)
    else missing.push(path)
  }
  const same = config.role === 'all' ? '' : '; the same on every machine'
  if (missing.length === 0) return { level: 'ok', says: marks.join(', ') + same }
  if (config.role !== 'all')
    return { level: 'fatal', says: `${missing.join(', ')} missing: every process needs the same, and a ${config.role} makes none` }
  if (marks.length > 0) return { level: 'fatal', says: `${missing.join(', ')} missing: put back from a backup` }
  return { level: 'ok', says: 'made at the first start' }
}

const countDeadLetters = async ({ dataDir, databaseUrl }: Config): Promise<number> => {
  const joined = databaseUrl ? null : await joinOrStart({ dataDir })
  const pools = openPools({ url: databaseUrl ?? joined?.url ?? '', max: 1 })
  try {
    const { rows } = await pools.app.query<{ n: string }>('select dead_letters() as n')
    return Number(rows[0]?.n ?? 0)
  } finally {
    await pools.close()
    await joined?.stop()
  }
}

const askTelegram = async ({ association, token }: BotToken, apiRoot: string): Promise<{ well: boolean; says: string }> => {
  const api = createBotApi({ token, apiRoot, timeoutMs: 5_000 })
  return api.call('getMe', {}).then(
    ({ username }) => ({ well: true, says: `@${username} speaks for ${association}` }),
    (error: unknown) => ({ well: false, says: `bot ${api.bot} of ${association}: ${troubleOf(error).detail}` }),
  )
}

const looks: { what: string; look(config: Config): Promise<Omit<Finding, 'what'>> }[] = [
  {
    what: 'Node.js',
    look: async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
      const good = major > 20 || (major === 20 && minor >= 19)
      return { level: good ? 'ok' : 'fatal', says: good ? process.versions.node : `${process.versions.node}: 20.19 or later is needed` }
    },
  },
  {
    what: 'Role',
    look: async ({ role }) => ({ level: 'ok', says: `${role}: ${roles[role].about}` }),
  },
  {
    what: 'Data folder',
    look: async ({ dataDir }) => {
      const place = existsSync(dataDir) ? dataDir : dirname(dataDir)
      return access(place, constants.W_OK).then(
        () => ({ level: 'ok', says: existsSync(dataDir) ? dataDir : `${dataDir} (made at the first start)` }),
        () => ({ level: 'fatal', says: `${dataDir} cannot be written: set SILA_DATA_DIR` }),
      )
    },
  },
  {
    what: 'Running',
    look: async ({ dataDir }) => {
      const instance = existsSync(dataDir) ? await readInstance(dataDir) : null
      return { level: 'ok', says: instance?.http ? `at ${instance.http} (process ${instance.pid})` : 'no' }
    },
  },
  {
    what: 'Database',
    look: async ({ databaseUrl }) => {
      if (!databaseUrl) return { level: 'ok', says: 'shipped PostgreSQL in the data folder' }
      return checkConnection(databaseUrl).then(
        () => ({ level: 'ok', says: 'DATABASE_URL is reachable' }),
        (error: unknown) => ({ level: 'fatal', says: messageOf(error) }),
      )
    },
  },
  {
    what: 'Dead letters',
    look: async (config) => {
      const running = existsSync(config.dataDir) ? await readInstance(config.dataDir) : null
      // The shipped database is not started only to be asked this.
      if (!config.databaseUrl && !running?.postgresPort) return { level: 'ok', says: 'counted while Sila runs' }
      return countDeadLetters(config).then(
        (count) => ({
          level: count > 0 ? 'mend' : 'ok',
          says: count > 0 ? `${count} updates could not be taken: look at the log` : 'none',
        }),
        () => ({ level: 'note', says: 'not counted: the database is away, or was never started' }),
      )
    },
  },
  {
    what: 'Queues',
    look: async ({ redisUrl }) => {
      if (!redisUrl) return { level: 'ok', says: 'in PostgreSQL' }
      return checkRedis(redisUrl).then(
        () => ({ level: 'ok', says: 'in Redis, which is reachable' }),
        (error: unknown) => ({
          level: 'mend',
          says: `${messageOf(error)} Meanwhile follow-ups run from the sweep, and pages hear of other processes seconds later.`,
        }),
      )
    },
  },
  { what: 'Keys', look: lookAtKeys },
  {
    what: 'Telegram',
    look: async (config) => {
      const bots = readBotTokens(config)
      if (bots.length === 0) return { level: 'note', says: 'no bot (TELEGRAM_BOT_TOKEN)' }
      const found = await Promise.all(bots.map((bot) => askTelegram(bot, config.telegramApiRoot)))
      return { level: found.every(({ well }) => well) ? 'ok' : 'mend', says: found.map(({ says }) => says).join('; ') }
    },
  },
  {
    what: 'Pages',
    look: async () => ({ level: existsSync(pagesDir) ? 'ok' : 'note', says: existsSync(pagesDir) ? 'built' : 'built at the next start' }),
  },
  {
    what: 'Association',
    look: async (config) => {
      const issues = checkAssociation(root, config.association)
      const errors = issues.filter(({ level }) => level === 'error')
      if (errors[0])
        return { level: 'fatal', says: `${config.association}: ${errors.length} to mend, first ${errors[0].file}: ${errors[0].message}` }
      const open = issues.filter(({ rule }) => rule === 'open-slots')
      const sample = open.length > 0 && usesSample(config) ? '; sample values stand in for them' : ''
      return {
        level: open.length > 0 ? 'mend' : 'ok',
        says: `${config.association}${open.length > 0 ? `: ${open.length} facts not filled in${sample} (sila association check)` : ''}`,
      }
    },
  },
  {
    what: 'Address',
    look: async ({ publicUrl, host, port }) => ({
      level: host !== '127.0.0.1' && publicUrl.startsWith('http:') ? 'mend' : 'ok',
      says: `${publicUrl}, listening on ${host}:${port}${host !== '127.0.0.1' && publicUrl.startsWith('http:') ? ': put TLS before it and set PUBLIC_URL to https://…' : ''}`,
    }),
  },
]

export const runDoctor = async (options: { json?: boolean }): Promise<void> => {
  const findings: Finding[] = []
  try {
    const config = readConfig()
    for (const { what, look } of looks) {
      findings.push({ what, ...(await look(config).catch((error: unknown) => ({ level: 'fatal' as const, says: messageOf(error) }))) })
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const says of error.lines) findings.push({ what: 'Setting', level: 'fatal', says })
  }
  const signs = { ok: '✓', note: '·', mend: '!', fatal: '✗' } as const
  if (options.json) process.stdout.write(`${JSON.stringify(findings)}\n`)
  else for (const { what, level, says } of findings) process.stdout.write(`${signs[level]} ${what.padEnd(12)} ${says}\n`)
  if (findings.some(({ level }) => level === 'fatal')) process.exitCode = exitCodes.failed
  else if (findings.some(({ level }) => level === 'mend')) process.exitCode = exitCodes.findings
}
