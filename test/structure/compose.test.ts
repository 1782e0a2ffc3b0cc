/** docker-compose.yml and the Dockerfile, held against the configuration; and each promise can be broken. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findComposeFaults } from '../support/compose.ts'
import { readDockerfile } from '../support/dockerfile.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
// npm's own format.
const { version, engines } = JSON.parse(read('package.json')) as { version: string; engines: { node: string } }
const files = { compose: read('docker-compose.yml'), dockerfile: read('Dockerfile'), ignore: read('.dockerignore') }

const findFaults = (changed: Partial<typeof files> = {}): string[] => {
  const { compose, ...image } = { ...files, ...changed }
  const dockerfile = readDockerfile({ ...image, root, engines: engines.node })
  return [...dockerfile.faults, ...findComposeFaults({ compose, dockerfile, version })]
}

test('every promise is kept', () => {
  expect(findFaults()).toEqual([])
})

test('secrets stay out of git', () => {
  expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['secrets/', '.env']))
})

const breaks: [file: keyof typeof files, from: string, to: string, fault: RegExp][] = [
  ['compose', 'image: postgres:18.4-bookworm', 'image: postgres', /^postgres: image postgres is not pinned$/],
  ['compose', 'image: redis:8.2.3-bookworm', 'image: redis:latest', /^redis: image redis:latest is not pinned$/],
  ['compose', `image: sila:${version}`, 'image: sila:0.0.1', /^gateway: image sila:0\.0\.1 is not of this version$/],
  ['compose', 'user: "1000:1000"', 'user: "0:0"', /^gateway: runs as 0:0/],
  ['compose', '    user: "999:999"\n', '', /^postgres: runs as root/],
  ['compose', '  restart: unless-stopped\n', '', /^worker: is not started again$/],
  ['compose', '  init: true\n', '', /^gateway: no init/],
  ['compose', 'stop_grace_period: 30s', 'stop_grace_period: 20s', /^worker: is killed after 20s/],
  ['compose', '  read_only: true\n', '', /^gateway: its root can be written$/],
  ['compose', '  cap_drop: [ALL]\n', '', /^gateway: keeps capabilities$/],
  ['compose', '    security_opt: ["no-new-privileges:true"]\n', '', /^postgres: may gain privileges$/],
  ['compose', 'test: [CMD, redis-cli, -e, ping]', 'disable: false', /^redis: no health check$/],
  ['dockerfile', 'HEALTHCHECK', '# HEALTHCHECK', /^worker: no health check$/],
  ['compose', 'SILA_ROLE: gateway', 'SILA_ROLE: all', /^a service is all in one$/],
  ['compose', 'SILA_ROLE: worker', 'SILA_ROLE: works', /^worker: SILA_ROLE=works: must be all, gateway or worker\.$/],
  ['compose', 'SILA_ROLE: worker', 'SILA_ROL: worker', /^worker: SILA_ROL is no variable of Sila$/],
  ['compose', '  REDIS_URL: redis://redis:6379\n', '', /^gateway: REDIS_URL: SILA_ROLE=gateway needs it/],
  ['compose', '  DATABASE_URL: postgres://sila@postgres:5432/sila\n', '', /^worker: DATABASE_URL: SILA_ROLE=worker needs it/],
  [
    'compose',
    'DATABASE_URL: postgres://sila@',
    'DATABASE_URL: postgres://sila:word@',
    /^gateway: DATABASE_URL holds a secret in the open$/,
  ],
  [
    'compose',
    'postgres://sila@postgres:5432/sila',
    'postgres://sila@database:5432/sila',
    /^gateway: database is no postgres of this file$/,
  ],
  ['compose', 'redis://redis:6379', 'redis://postgres:6379', /^worker: postgres is no redis of this file$/],
  ['compose', 'postgres://sila@postgres', 'postgres://bot@postgres', /^gateway: bot is not who the database is made for$/],
  ['compose', 'POSTGRES_DB: sila', 'POSTGRES_DB: app', /^gateway: sila is not the database that is made$/],
  ['compose', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_PASSWORD', /^postgres: the image does not read POSTGRES_PASSWORD$/],
  ['compose', '  SILA_INDEX_KEY_FILE: /run/secrets/index-key\n', '', /^worker: SILA_INDEX_KEY_FILE is not given$/],
  ['compose', '  SILA_INDEX_KEY_FILE: /run/secrets/index-key\n', '', /^gateway: never reads its secret index-key$/],
  ['compose', '/run/secrets/auth-key', '/run/secrets/auth', /^gateway: is not given \/run\/secrets\/auth$/],
  [
    'compose',
    'secrets: [database-password, master-key, index-key, auth-key, telegram-bot-token]',
    'secrets: []',
    /^secrets: nobody uses master-key$/,
  ],
  ['compose', '  auth-key: { file: ./secrets/auth.key }\n', '', /^secrets: auth-key is not declared$/],
  ['compose', './secrets/auth.key', './auth.key', /^secrets: auth-key is not in \.\/secrets$/],
  ['compose', 'volumes: ["files:/data"]', 'volumes: ["files:/files"]', /^worker: \/data is on no volume$/],
  ['compose', '  bells: {}\n', '', /^volumes: bells is not declared$/],
  ['compose', 'inside: { internal: true }', 'inside: {}', /^redis: can be reached from outside$/],
  ['compose', 'networks: [inside, outside]', 'networks: [outside]', /^gateway: cannot reach postgres$/],
  [
    'compose',
    '    redis: { condition: service_healthy }',
    '    redis: { condition: service_started }',
    /^worker: does not wait until redis is well$/,
  ],
  ['compose', ':-3000}:3000"]', ':-3000}:8080"]', /^gateway: its port is not published$/],
  ['compose', 'ports: ["127.0.0.1:', 'ports: ["', /^gateway: is published without TLS$/],
  ['compose', 'deploy: { replicas: 2 }', 'ports: ["127.0.0.1:3001:3000"]', /^worker: publishes a port that is for machines$/],
  ['compose', 'deploy: { replicas: 2 }', 'deploy: { replicas: 1 }', /^worker: there is only one$/],
  ['compose', '--appendonly, "yes"', '--appendonly, "no"', /^gateway: its Redis forgets bells$/],
  ['compose', 'noeviction', 'allkeys-lru', /^worker: its Redis forgets bells$/],
  ['dockerfile', 'FROM node:20.20.2-bookworm-slim\n', 'FROM node:20\n', /^FROM node:20: not pinned$/],
  ['dockerfile', 'FROM node:20.20.2-bookworm-slim\n', 'FROM node:20.18.3-bookworm-slim\n', /older than >=20\.19\.0$/],
  ['dockerfile', 'USER 1000:1000\n', '', /^USER root/],
  ['dockerfile', 'USER 1000:1000', 'USER 1001:1001', /^gateway: user 1000:1000 is not the image's 1001:1001$/],
  ['dockerfile', 'EXPOSE 3000', 'EXPOSE 8080', /^EXPOSE 8080: the program listens on 3000$/],
  ['dockerfile', 'COPY locales locales', 'COPY languages languages', /^COPY languages: not there$/],
  ['dockerfile', 'COPY locales locales', 'COPY test test', /^COPY test: \.dockerignore keeps it back$/],
  ['dockerfile', 'COPY flows flows', 'ADD flows flows', /^ADD flows flows: use COPY$/],
  ['dockerfile', 'CMD ["node", "--max', 'CMD ["npm", "--max', /^CMD npm: signals end there$/],
  [
    'dockerfile',
    'CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=256", "src/main/sila.js", "start"]',
    'CMD node src/main/sila.js start',
    /^CMD: a shell/,
  ],
  ['dockerfile', 'src/main/sila.js', 'src/main/salam.js', /^CMD src\/main\/salam\.js: not there$/],
  ['dockerfile', '/health`', '/`', /^HEALTHCHECK: does not ask \/health$/],
  ['dockerfile', 'HOST=0.0.0.0', 'HOST=127.0.0.1', /^gateway: listens to itself alone$/],
  ['dockerfile', 'HOST=0.0.0.0', 'HOTS=0.0.0.0', /^ENV HOTS: no variable of Sila$/],
  ['dockerfile', 'NODE_ENV=production', 'NODE_ENV=development', /^worker: is not in production$/],
  ['dockerfile', 'VOLUME /data', 'VOLUME /var', /^gateway: the image has no \/data$/],
  ['dockerfile', 'ENV NODE_ENV', 'ARG DATABASE_PASSWORD\nENV NODE_ENV', /^ARG DATABASE_PASSWORD: a layer keeps it$/],
  ['ignore', '*\n!package.json', '!package.json', /^\.dockerignore lets in what nobody named$/],
  ['ignore', '!src\n', '!src\n!secrets\n', /^\.dockerignore lets secrets in$/],
]

test.each(breaks.map(([file, from, to, fault]) => ({ file, from, to, fault })))('$file, broken: $fault', ({ file, from, to, fault }) => {
  expect(files[file]).toContain(from)
  expect(findFaults({ [file]: files[file].replace(from, to) })).toContainEqual(expect.stringMatching(fault))
})
