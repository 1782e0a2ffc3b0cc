import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config-error.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { renderExample, variables } from '../../../src/config/variables.ts'

const root = resolve(import.meta.dirname, '../../..')

test('.env.example is the list of variables', () => {
  expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe(renderExample())
  const names = Object.values(variables).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { about } of Object.values(variables)) expect(about).toMatch(/^[A-Za-z].*\.$/)
})

test('without anything set there are defaults for a laptop', () => {
  expect(readConfig({})).toEqual({
    role: 'all',
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'http://localhost:3000',
    trustProxy: undefined,
    dataDir: resolve('.sila'),
    association: 'masakin',
    databaseUrl: undefined,
    redisUrl: undefined,
    masterKeyFile: undefined,
    indexKeyFile: undefined,
    authKeyFile: undefined,
    telegramBotToken: undefined,
    telegramApiRoot: 'https://api.telegram.org',
    telegramDelivery: 'auto',
    burstTextMs: 1500,
    burstMediaMs: 4000,
    logLevel: 'info',
    nodeEnv: 'development',
  })
})

test('every wrong variable has one line, and secrets are not repeated', () => {
  const wrong = { PORT: '70000', SILA_ASSOCIATION: '../x', DATABASE_URL: 'mysql://u:hunter2@h/d', REDIS_URL: 'hunter3', LOG_LEVEL: 'a\nb' }
  const read = () => readConfig(wrong)
  expect(read).toThrow(ConfigError)
  try {
    read()
  } catch (error) {
    const lines = error instanceof ConfigError ? error.lines : []
    expect(lines).toEqual([
      'PORT=70000: must be a port number, 0 to 65535 (0: any free port).',
      'SILA_ASSOCIATION=../x: must be the name of a folder of flows/associations.',
      'DATABASE_URL: must be a URL that begins with postgres:// or postgresql://.',
      'REDIS_URL: must be a URL that begins with redis:// or rediss://.',
      'LOG_LEVEL=a b: must be trace, debug, info, warn, error, fatal or silent.',
    ])
  }
})

test('the environment wins over .env, and an empty variable counts as not set', () => {
  const dir = mkdtempSync(join(tmpdir(), 'config-'))
  writeFileSync(join(dir, '.env'), '# note\nPORT=4000\nSILA_ASSOCIATION="rahma"\nHOST=0.0.0.0\nPUBLIC_URL=https://chat.example.org/\n')
  const script = `import(${JSON.stringify(join(root, 'src/config/read-config.ts'))}).then((m) => console.log(JSON.stringify(m.readConfig())))`
  const out = execFileSync(process.execPath, ['--import', import.meta.resolve('tsx'), '-e', script], {
    cwd: dir,
    env: { PATH: process.env.PATH, PORT: '5000', HOST: '', SILA_ASSOCIATION: ' ' },
    encoding: 'utf8',
  })
  expect(JSON.parse(out)).toMatchObject({ port: 5000, host: '0.0.0.0', association: 'rahma', publicUrl: 'https://chat.example.org' })
  rmSync(dir, { recursive: true })
})

describe('secrets in files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'secrets-'))
  afterAll(() => rmSync(dir, { recursive: true }))
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const linesOf = (env: Record<string, string>): readonly string[] => {
    try {
      readConfig(env)
      return []
    } catch (error) {
      return error instanceof ConfigError ? error.lines : [String(error)]
    }
  }

  test('each secret may stand in one, with a line end behind it', () => {
    const env: Record<string, string> = {}
    const texts: Record<string, string> = {
      DATABASE_URL: 'postgres://sila@db:5432/sila',
      DATABASE_PASSWORD: 'p@ss/w%rd: 1',
      REDIS_URL: 'redis://redis:6379',
    }
    for (const [name, text] of Object.entries(texts)) env[`${name}_FILE`] = file(name, `${text}\n`)
    expect(readConfig(env)).toMatchObject({
      databaseUrl: 'postgres://sila:p%40ss%2Fw%25rd%3A%201@db:5432/sila',
      redisUrl: 'redis://redis:6379',
    })
    // What PostgreSQL's client makes of it.
    expect(new pg.Client({ connectionString: readConfig(env).databaseUrl ?? '' }).password).toBe('p@ss/w%rd: 1')
    expect('databasePassword' in readConfig(env)).toBe(false)
  })

  test('what is wrong with a file is said precisely, and never what is in it', () => {
    const wrong = file('wrong', 'mysql://u:hunter2@h/d\n')
    expect(linesOf({ DATABASE_URL_FILE: wrong, REDIS_URL_FILE: join(dir, 'none') })).toEqual([
      `DATABASE_URL (in ${wrong}): must be a URL that begins with postgres:// or postgresql://.`,
      `REDIS_URL_FILE=${join(dir, 'none')}: the file cannot be read (ENOENT).`,
    ])
    expect(linesOf({ REDIS_URL_FILE: dir })).toEqual([`REDIS_URL_FILE=${dir}: the file cannot be read (EISDIR).`])
    const empty = file('empty', ' \n')
    // Not set, as an empty variable is, and where it is needed the line says which file.
    expect(linesOf({ REDIS_URL_FILE: empty })).toEqual([])
    const database = { SILA_ROLE: 'worker', DATABASE_URL: 'postgres://sila@h/d' }
    expect(linesOf({ ...database, REDIS_URL_FILE: empty })).toEqual([`REDIS_URL_FILE=${empty}: the file is empty.`])
    expect(linesOf({ ...database, DATABASE_PASSWORD_FILE: empty })).toEqual([`DATABASE_PASSWORD_FILE=${empty}: the file is empty.`])
    expect(linesOf({ REDIS_URL: 'redis://r', REDIS_URL_FILE: empty })).toEqual([
      'REDIS_URL and REDIS_URL_FILE are both set: keep one of them.',
    ])
    expect(linesOf({ DATABASE_URL: 'postgres://a:b@h/d', DATABASE_PASSWORD: 'hunter3' })).toEqual([
      'DATABASE_PASSWORD: DATABASE_URL has a password already, keep one of them.',
    ])
  })

  test('what is no secret is not read from a file', () => {
    expect(readConfig({ PORT_FILE: file('port', '4000') }).port).toBe(3000)
  })

  test('a role names what it lacks; each line once', () => {
    expect(linesOf({ SILA_ROLE: 'worker' })).toEqual([
      'DATABASE_URL: SILA_ROLE=worker needs it, or DATABASE_URL_FILE.',
      'REDIS_URL: SILA_ROLE=worker needs it, or REDIS_URL_FILE.',
    ])
    expect(linesOf({ SILA_ROLE: 'gateway', REDIS_URL: 'redis://r' })).toEqual([
      'DATABASE_URL: SILA_ROLE=gateway needs it, or DATABASE_URL_FILE.',
    ])
    expect(linesOf({ SILA_ROLE: 'boss' })).toEqual(['SILA_ROLE=boss: must be all, gateway or worker.'])
    expect(linesOf({ SILA_ROLE: 'all' })).toEqual([])
  })
})
