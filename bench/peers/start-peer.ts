/** Starts a peer as its users would: plain JavaScript, Node as it comes. */
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { root } from '../../src/main/root.ts'
import { type Child, startChild } from './child.ts'
import type { PeerOptions } from './run.ts'

let built: string | null = null
const build = (): string => {
  if (built !== null) return built
  const outdir = join(root, 'dist/peers')
  buildSync({
    entryPoints: [join(root, 'bench/peers/run.ts')],
    ...{ outdir, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', logLevel: 'error' },
  })
  built = join(outdir, 'run.js')
  return built
}

export const startPeer = (options: PeerOptions): Promise<Child> =>
  startChild({ args: [build(), JSON.stringify(options)], env: {}, ready: /listening/ })
