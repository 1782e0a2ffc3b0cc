/** Builds the pages when an install without scripts left them out. */
import { fileURLToPath } from 'node:url'
import { PlatformError } from '../platform/errors.ts'

export const buildPages = async (say: (line: string) => void): Promise<void> => {
  say('Building the pages (once) …')
  try {
    const { build } = await import('vite')
    await build({ configFile: fileURLToPath(new URL('../web/vite.config.ts', import.meta.url)), logLevel: 'error' })
  } catch (error) {
    throw new PlatformError('pages-missing', 'The pages are not built and cannot be built here: run npm ci once more.', { cause: error })
  }
}
