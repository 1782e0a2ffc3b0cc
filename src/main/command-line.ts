/** One program, `sila`. For people by default; `--json` for programs, and then nothing else on standard output. */
import { Command, CommanderError, Option } from 'commander'
import { ConfigError } from '../config/config-error.ts'
import { PlatformError } from '../platform/errors.ts'
import { DomainError } from '../ports/errors.ts'

/** Exit codes, documented in the README. */
export const exitCodes = { done: 0, failed: 1, usage: 2, findings: 3 } as const

const json = new Option('--json', 'for programs: JSON on standard output and nothing else')

const program = (): Command => {
  const sila = new Command('sila').description('صلة: messaging bot and staff desk for associations').exitOverride().showHelpAfterError()
  sila
    .command('start')
    .description('run everything: database, bot, web chat, desk')
    .action(async () => (await import('./commands/start.ts')).runStart())
  sila
    .command('chat')
    .description('talk with the bot in this terminal')
    .option('--as <name>', 'who is talking; the same name goes on with the same conversation', 'terminal')
    .option('--script <file>', 'play JSONL of {text|choice|file|wait}, print JSONL of messages and effects')
    .option('--sample', 'sample values stand in for what the association has not filled in')
    .action(async (options) => (await import('./commands/chat.ts')).runChat(options))
  sila
    .command('ask')
    .description('answer one inquiry, or JSONL from standard input')
    .argument('[question...]')
    .option('--jsonl', 'read {"text": …} lines from standard input, print one JSON line each')
    .option('--sample', 'sample values stand in for what the association has not filled in')
    .addOption(json)
    .action(async (question, options) => (await import('./commands/ask.ts')).runAsk(question, options))
  const flows = sila.command('flows').description('the conversation flows')
  flows
    .command('check')
    .description('prove the flows, texts and policy before a person meets them')
    .argument('[dir]', 'a folder with flows/ and locales/')
    .addOption(json)
    .action(async (dir, options) => (await import('./commands/flows.ts')).runFlowsCheck(dir, options))
  flows
    .command('replay')
    .description('take recorded conversations again: effects must be identical')
    .addOption(json)
    .action(async (options) => (await import('./commands/flows.ts')).runFlowsReplay(options))
  sila
    .command('association')
    .description("an association's policy")
    .command('check')
    .description('schema, slots still open, approval')
    .argument('[slug]')
    .addOption(json)
    .action(async (slug, options) => (await import('./commands/association.ts')).runAssociationCheck(slug, options))
  const request = sila.command('request').description('requests of the association')
  request
    .command('list')
    .addOption(json)
    .action(async (options) => (await import('./commands/request.ts')).runRequestList(options))
  request
    .command('show')
    .argument('<reference>')
    .addOption(json)
    .action(async (reference, options) => (await import('./commands/request.ts')).runRequestShow(reference, options))
  request
    .command('advance')
    .description('move a request; the person is told, as the preview says')
    .argument('<reference>')
    .argument('<stage>')
    .option('--note <words>', 'words that belong to the message')
    .option('--preview', 'only show what the person would be told')
    .requiredOption('--staff <email>', 'who does it')
    .addOption(json)
    .action(async (reference, stage, options) => (await import('./commands/request.ts')).runRequestAdvance(reference, stage, options))
  sila
    .command('staff')
    .description('members of staff')
    .command('add')
    .description('add a member; the password is printed once')
    .requiredOption('--name <name>', 'as people see it')
    .requiredOption('--email <email>')
    .option('--role <role>', 'agent, researcher, supervisor, auditor or admin', 'agent')
    .addOption(json)
    .action(async (options) => (await import('./commands/staff.ts')).runStaffAdd(options))
  sila
    .command('backup')
    .description('the whole data folder into one file, also while running')
    .argument('<file>')
    .addOption(json)
    .action(async (file, options) => (await import('./commands/backup.ts')).runBackup(file, options))
  sila
    .command('restore')
    .description('a backup into an empty data folder')
    .argument('<file>')
    .addOption(json)
    .action(async (file, options) => (await import('./commands/backup.ts')).runRestore(file, options))
  sila
    .command('doctor')
    .description('what is configured, reachable and missing')
    .addOption(json)
    .action(async (options) => (await import('./commands/doctor.ts')).runDoctor(options))
  return sila
}

/** Runs one command; sets the exit code. Errors an operator can mend are one line. */
export const runCommandLine = async (args: string[]): Promise<void> => {
  // `sila doctor | head`: whoever reads has enough, and that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed))
  try {
    await program().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
      return
    }
    if (error instanceof ConfigError || error instanceof PlatformError || error instanceof DomainError) {
      process.stderr.write(`${error.message}\n`)
    } else {
      // A bug: the stack says where; messages of others may quote what people wrote.
      const stack =
        error instanceof Error
          ? `${error.name}\n${(error.stack ?? '')
              .split('\n')
              .filter((line) => /^\s+at /.test(line))
              .join('\n')}`
          : 'unknown'
      process.stderr.write(`Sila has failed: ${stack}\n`)
    }
    process.exitCode = exitCodes.failed
  }
}
