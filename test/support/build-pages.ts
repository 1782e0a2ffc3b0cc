/** The pages as `npm run` builds them, once for a test file, in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { pagesConfig } from '../../src/web/vite.config.ts'

/** @returns the folder, and a function that removes it */
export const buildPages = async (names: string[]): Promise<{ directory: string; remove: () => Promise<void> }> => {
  const directory = await mkdtemp(join(tmpdir(), 'sila-pages-'))
  // The test runner's own NODE_ENV would build the libraries' development halves.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({ ...pagesConfig(names, directory), configFile: false, logLevel: 'error' })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) }
}
