import { readConfig } from '../../config/read-config.ts'
import { startAll } from '../start.ts'

/** How long a drain may take before the process ends anyway, ms. */
const drainLimit = 15_000

export const runStart = async (): Promise<void> => {
  const config = readConfig()
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  // Before anything is started: whoever presses Ctrl-C while the database starts leaves no process, either.
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    const giveUp = setTimeout(() => process.exit(1), drainLimit)
    giveUp.unref()
    starting
      .then((running) => running.stop())
      .then(() => process.exit(0))
      .catch(() => process.exit(1))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)

  const starting = startAll({ config, say, window: { text: config.burstTextMs, media: config.burstMediaMs } })
  const running = await starting
  if (stopping) return
  const { firstStaff, url, telegram } = running
  say('')
  say(`  صلة  Sila is running (${(running.took / 1000).toFixed(1)} s)`)
  say('')
  say(`  Web chat   ${url}/c/${config.association}`)
  say(`  Desk       ${url}/desk`)
  if (telegram.bots.length > 0)
    say(`  Telegram   ${telegram.bots.map(({ name, association }) => `bot ${name} of ${association}`).join(', ')} (${telegram.delivery})`)
  say(`  Sign-in    ${firstStaff.email}  ${firstStaff.password ?? `(password: see ${firstStaff.file})`}`)
  if (config.nodeEnv !== 'production')
    say('  Note       sample values stand in for what the association has not filled in (never with NODE_ENV=production)')
  say('')
  say('  Ctrl-C stops. Logs follow.')
  say('')

  void running.opened.data.lost.then(() => {
    if (stopping) return
    process.stderr.write('The database has ended by itself: see postgres.log in the data folder. Start again to recover.\n')
    process.exit(1)
  })
}
