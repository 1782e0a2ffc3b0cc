import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
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
    telegramBotTokenFile: undefined,
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
