/** Builds the pages when an install without scripts left them out. */
import { join } from 'node:path'
import { PlatformError } from '../platform/errors.ts'
import { root } from './root.ts'

export const buildPages = async (say: (line: string) => void): Promise<void> => {
  say('Building the pages (once) …')
  try {
    const { build } = await import('vite')
    await build({ configFile: join(root, 'src/web/vite.config.ts'), logLevel: 'error' })
  } catch (error) {
    throw new PlatformError('pages-missing', 'The pages are not built and cannot be built here: run npm ci once more.', { cause: error })
  }
}
