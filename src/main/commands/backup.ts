import { resolve } from 'node:path'
import { readConfig } from '../../config/read-config.ts'
import { backup } from '../../platform/backup.ts'
import { restore } from '../../platform/restore.ts'

export const runBackup = async (file: string, options: { json?: boolean }): Promise<void> => {
  const config = readConfig()
  const manifest = await backup({ dataDir: config.dataDir, to: resolve(file), databaseUrl: config.databaseUrl })
  if (options.json) process.stdout.write(`${JSON.stringify(manifest)}\n`)
  else process.stdout.write(`Backed up ${config.dataDir} to ${resolve(file)}. It holds the keys: keep it where only you can read it.\n`)
}

export const runRestore = async (file: string, options: { json?: boolean }): Promise<void> => {
  const config = readConfig()
  const manifest = await restore({ from: resolve(file), dataDir: config.dataDir })
  if (options.json) process.stdout.write(`${JSON.stringify(manifest)}\n`)
  else process.stdout.write(`Restored ${resolve(file)} to ${config.dataDir}. Start with: npm start\n`)
}
