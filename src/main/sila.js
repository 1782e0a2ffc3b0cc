#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=256
// Entry of the `sila` program: what `npm ci` built, built again when a source is newer.
import { buildFresh } from './build-server.js'

const load = async () => {
  const built = buildFresh('server')
  if (built !== null) return await import(built)
  // A folder that nobody may write: the loader reads the sources as they stand.
  const { register } = await import('tsx/esm/api')
  register()
  return await import('./command-line.ts')
}

const { runCommandLine } = await load()
await runCommandLine(process.argv.slice(2))
