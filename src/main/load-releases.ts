/** The content that is served, or one clear line with file and line number. */
import { ContentError, type LoadedRelease, loadContent } from '../content/load-content.ts'
import { PlatformError } from '../platform/errors.ts'
import { root } from './root.ts'

/** @throws PlatformError */
export const loadReleases = (associations: string | readonly string[], useSample: boolean): LoadedRelease[] => {
  try {
    return loadContent({ root, slugs: [...new Set([associations].flat())], useSample })
  } catch (error) {
    if (error instanceof ContentError) throw new PlatformError('content', error.message, { cause: error })
    throw error
  }
}
