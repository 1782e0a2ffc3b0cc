/** Programs that the tests need: found, or installed from Debian when root, else one line that says how. Nothing is skipped in silence. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export function findProgram(names: readonly string[], debianPackage: string, variable: string): string {
  const given = process.env[variable]
  if (given !== undefined && given !== '') {
    if (isExecutable(given)) return given
    throw new Error(`${variable}=${given} cannot be run.`)
  }
  const found = lookUp(names)
  if (found !== null) return found
  if (process.getuid?.() === 0 && lookUp(['apt-get']) !== null) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    try {
      execFileSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' })
      execFileSync('apt-get', ['install', '-yq', '--no-install-recommends', debianPackage], { env, stdio: 'ignore' })
    } catch {}
    const installed = lookUp(names)
    if (installed !== null) return installed
  }
  throw new Error(
    `${names[0]} is needed by the tests: install it (Debian: apt-get install ${debianPackage}) or set ${variable} to its path.`,
  )
}

function lookUp(names: readonly string[]): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/usr/sbin']
  for (const name of names) {
    for (const folder of folders) if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name)
  }
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
