/** Folders of the program itself, wherever it is started from and however it was built. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const findRoot = (): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'flows'))) return folder
  }
  throw new Error('the program is not in its folder')
}

export const root = `${findRoot()}/`
export const migrationsDir = join(root, 'prisma', 'migrations')
export const pagesDir = join(root, 'dist', 'web')
