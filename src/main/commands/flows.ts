import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { replay } from '../../app/replay.ts'
import { readConfig } from '../../config/read-config.ts'
import { checkContent } from '../../content/check-content.ts'
import type { Slug } from '../../core/ids.ts'
import { createLogger } from '../../platform/logger.ts'
import { DomainError } from '../../ports/errors.ts'
import { exitCodes } from '../command-line.ts'
import { openApplication } from '../open-application.ts'
import { root } from '../root.ts'

/** Exit code 3 when something must be mended. */
export const runFlowsCheck = (dir: string | undefined, options: { json?: boolean }): void => {
  const folder = dir === undefined ? root : resolve(dir)
  if (!existsSync(join(folder, 'flows'))) throw new DomainError('not-found', `${folder} has no folder flows/`)
  const issues = checkContent(folder)
  const errors = issues.filter(({ level }) => level === 'error')
  if (options.json) process.stdout.write(`${JSON.stringify(issues)}\n`)
  else {
    for (const { level, file, line, rule, message } of issues)
      process.stdout.write(`${level}  ${file}${line ? `:${line}` : ''}  ${rule}: ${message}\n`)
    process.stdout.write(`${errors.length} to mend, ${issues.length - errors.length} to know\n`)
  }
  if (errors.length > 0) process.exitCode = exitCodes.findings
}

export const runFlowsReplay = async (options: { json?: boolean }): Promise<void> => {
  const config = readConfig()
  const opened = await openApplication({ config, how: 'command', logger: createLogger({ level: 'silent' }) })
  try {
    const association = config.association as Slug // its release has just been loaded
    const { contents, store } = opened.application
    let turns = 0
    const conversations = await store.turns.conversations(association)
    const differences = []
    for (const conversation of conversations) {
      const result = await replay({ turns: store.turns, contents }, association, conversation)
      turns += result.turns
      differences.push(...result.differences)
    }
    if (options.json) process.stdout.write(`${JSON.stringify({ conversations: conversations.length, turns, differences })}\n`)
    else {
      for (const { conversation, seq, what } of differences) process.stdout.write(`${conversation}  turn ${seq}  ${what} differ\n`)
      process.stdout.write(`${conversations.length} conversations, ${turns} turns, ${differences.length} differences\n`)
    }
    if (differences.length > 0) process.exitCode = exitCodes.findings
  } finally {
    await opened.close()
  }
}
