/** The content root as the loader sees it: names below it, text in, nothing written. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Folder {
  /** File names in a folder that end so, sorted; empty when there is no such folder. */
  list(path: string, ending: string): string[]
  /** Names of folders in a folder, sorted. */
  folders(path: string): string[]
  exists(path: string): boolean
  read(path: string): string
}

export const openFolder = (root: string): Folder => {
  const names = (path: string): string[] => (existsSync(join(root, path)) ? readdirSync(join(root, path)).sort() : [])
  return {
    list: (path, ending) => names(path).filter((name) => name.endsWith(ending)),
    folders: (path) => names(path).filter((name) => statSync(join(root, path, name)).isDirectory()),
    exists: (path) => existsSync(join(root, path)),
    read: (path) => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n'),
  }
}
