/** `npm run check`: types, lint, import arrows, flows, policies and locales. Prints what is wrong and exits 1. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { checkContent } from '../../src/content/check-content.ts'
import { findWrongArrows } from './arrows.ts'
import { findLockGaps } from './lock.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const bin = (name: string): string => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url))

const run = (command: string, args: string[]): string[] => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()]
}

const checks: { name: string; look(): string[] }[] = [
  { name: 'types', look: () => run(bin('tsc'), ['--noEmit', '-p', '.']) },
  { name: 'lint', look: () => run(bin('biome'), ['check', '--diagnostic-level=warn', '.']) },
  { name: 'import arrows', look: () => findWrongArrows(`${root}src`) },
  { name: 'lock file', look: () => findLockGaps(root) },
  {
    name: 'flows, policies and locales',
    look: () =>
      checkContent(root).flatMap(({ level, file, line, rule, message }) =>
        level === 'error' ? [`${file}${line ? `:${line}` : ''}  ${rule}: ${message}`] : [],
      ),
  },
]

let failed = false
for (const { name, look } of checks) {
  const wrong = look()
  console.log(`${wrong.length === 0 ? '✓' : '✗'} ${name}`)
  for (const line of wrong) console.log(`  ${line}`)
  failed ||= wrong.length > 0
}
if (failed) process.exitCode = 1
