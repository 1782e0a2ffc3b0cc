/** `npm ci` refuses a lock file that lacks an optional package of another platform. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>
}

/** @returns one line for every optional dependency without an entry */
export const findLockGaps = (root: string): string[] => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock // npm's own format
  const gaps: string[] = []
  for (const [at, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      const places = at.split('/node_modules/').map((_, index, parts) => parts.slice(0, parts.length - index).join('/node_modules/'))
      const known = [...places, ''].some((place) => packages[`${place === '' ? '' : `${place}/`}node_modules/${name}`])
      if (!known) gaps.push(`package-lock.json: ${at || 'the project'} needs ${name}`)
    }
  }
  return gaps
}
