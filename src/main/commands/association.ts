import { readConfig } from '../../config/read-config.ts'
import { checkAssociation } from '../../content/check-content.ts'
import { exitCodes } from '../command-line.ts'
import { root } from '../root.ts'

/** Exit code 3 when something must be mended; open slots are listed and do not fail. */
export const runAssociationCheck = (slug: string | undefined, options: { json?: boolean }): void => {
  const wanted = slug ?? readConfig().association
  const issues = checkAssociation(root, wanted)
  if (options.json) process.stdout.write(`${JSON.stringify(issues)}\n`)
  else {
    for (const { level, file, line, rule, message } of issues)
      process.stdout.write(`${level}  ${file}${line ? `:${line}` : ''}  ${rule}: ${message}\n`)
    process.stdout.write(
      `${wanted}: ${issues.filter(({ level }) => level === 'error').length} to mend, ${issues.filter(({ level }) => level === 'warning').length} to know\n`,
    )
  }
  if (issues.some(({ level }) => level === 'error')) process.exitCode = exitCodes.findings
}
