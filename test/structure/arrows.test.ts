import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findWrongArrows } from '../support/arrows.ts'
import { findLockGaps } from '../support/lock.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('every import follows an arrow', () => {
  expect(findWrongArrows(join(root, 'src'))).toEqual([])
})

test('a wrong arrow of each kind is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sila-arrows-'))
  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), code)
  }
  write('core/a.ts', "import { x } from '../app/x.ts'\nimport { readFileSync } from 'node:fs'\nimport pg from 'pg'\n")
  write('channels/telegram/a.ts', "export { b } from '../console/b.ts'\n")
  write('web/desk/a.tsx', "import { q } from '../../store/q.ts'\nimport { c } from '../../http/contract.ts'\n")
  write('http/a.ts', "const late = await import('../store/files.ts')\n")
  write('cellar/a.ts', 'export const a = 1\n')
  try {
    expect(findWrongArrows(folder).sort()).toEqual([
      'cellar/a.ts: no such room',
      'channels/telegram/a.ts imports its sibling channels/console/b.ts',
      'core/a.ts imports app/x.ts',
      'core/a.ts imports node:fs',
      'core/a.ts imports pg',
      'http/a.ts imports store/files.ts',
      'web/desk/a.tsx imports store/q.ts',
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('every optional package of another platform stands in the lock file, so that npm ci accepts it', () => {
  expect(findLockGaps(root)).toEqual([])
})
