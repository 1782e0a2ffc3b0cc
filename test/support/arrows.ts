/** The import graph of `src`, held against the arrows that are allowed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** Which rooms a room may import, and which packages. `*`: any package. */
interface Room {
  rooms: readonly string[]
  packages: readonly string[]
}

/** One typed list; a folder of `src` that is not in it fails. */
export const rooms: Record<string, Room> = {
  core: { rooms: [], packages: ['zod', 'libphonenumber-js'] },
  ports: { rooms: ['core'], packages: [] },
  app: { rooms: ['core', 'ports'], packages: ['zod'] },
  content: { rooms: ['core', 'ports'], packages: ['zod', 'i18next', 'yaml'] },
  channels: { rooms: ['core', 'ports'], packages: ['zod', 'telegraf'] },
  store: {
    rooms: ['core', 'ports'],
    packages: ['pg', 'zod', 'uuid', 'lru-cache', 'better-auth', '@prisma/client', '@prisma/adapter-pg', 'sharp', 'file-type'],
  },
  jobs: { rooms: ['app', 'core', 'ports'], packages: ['zod', 'bullmq', 'ioredis'] },
  http: {
    rooms: ['app', 'core', 'ports'],
    packages: ['zod', 'fastify', '@fastify/cookie', '@fastify/multipart', '@fastify/rate-limit', '@fastify/static'],
  },
  web: { rooms: [], packages: ['*'] },
  platform: { rooms: ['config'], packages: ['pg', 'pino', 'prom-client', 'bullmq', 'ioredis', 'uuid', 'zod'] },
  config: { rooms: [], packages: ['zod'] },
  main: { rooms: ['core', 'ports', 'app', 'content', 'channels', 'store', 'jobs', 'http', 'platform', 'config'], packages: ['*'] },
}

/** Single files that other rooms may import although their room is closed to them. */
const doors = new Map([['web', new Set(['http/contract.ts'])]])
/** Rooms whose parts never import each other. */
const siblings = new Set(['channels'])
/** Of packages, only in these files: the generated client belongs to the store. */
const sourceFile = /\.tsx?$/
const importLine = /^(?:import|export)\b[^'";=]*?\bfrom\s*['"]([^'"\n]+)['"]|^import\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'generated' ? [] : filesBelow(path)
    return sourceFile.test(entry.name) ? [path] : []
  })

const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

/** @returns one line for every import that no arrow allows */
export const findWrongArrows = (source: string): string[] => {
  const wrong: string[] = []
  for (const file of filesBelow(source)) {
    const here = relative(source, file)
    const [room = '', part = ''] = here.split('/')
    const allowed = rooms[room]
    if (!allowed) {
      wrong.push(`${here}: no such room`)
      continue
    }
    for (const [, from, bare, late] of withoutComments(readFileSync(file, 'utf8')).matchAll(importLine)) {
      const target = from ?? bare ?? late ?? ''
      if (target.startsWith('node:')) {
        if (room === 'core' || room === 'ports') wrong.push(`${here} imports ${target}`)
      } else if (target.startsWith('.')) {
        const to = relative(source, resolve(file, '..', target))
        const [toRoom = '', toPart = ''] = to.split('/')
        if (to.startsWith('..')) {
          if (!/^\.\.\/locales\//.test(to)) wrong.push(`${here} imports ${to}`)
        } else if (toRoom === room) {
          if (siblings.has(room) && part !== toPart) wrong.push(`${here} imports its sibling ${to}`)
        } else if (!allowed.rooms.includes(toRoom) && !doors.get(room)?.has(to)) wrong.push(`${here} imports ${to}`)
      } else if (!allowed.packages.includes('*')) {
        const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '')
        if (!allowed.packages.includes(name)) wrong.push(`${here} imports ${name}`)
      }
    }
  }
  return wrong
}
