import { type Config, readConfig } from '../../config/read-config.ts'
import { drainLimitMs } from '../roles.ts'
import { type Running, start } from '../start.ts'

export const runStart = async (): Promise<void> => {
  const config = readConfig()
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  // Before anything is started: whoever presses Ctrl-C while the database starts leaves no process, either.
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    const giveUp = setTimeout(() => process.exit(1), drainLimitMs)
    giveUp.unref()
    starting
      .then((running) => running.stop())
      .then(() => process.exit(0))
      .catch(() => process.exit(1))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)

  const starting = start({ config, say, window: { text: config.burstTextMs, media: config.burstMediaMs } })
  const running = await starting
  if (stopping) return
  if (config.role === 'all') welcome(running, config, say)
  else say(lineOf(running, config))

  void running.opened.data.lost.then(() => {
    if (stopping) return
    process.stderr.write('The database has ended by itself: see postgres.log in the data folder. Start again to recover.\n')
    process.exit(1)
  })
}

/** For the person who typed `npm start`. */
const welcome = ({ url, took, firstStaff, telegram }: Running, config: Config, say: (line: string) => void): void => {
  say('')
  say(`  صلة  Sila is running (${(took / 1000).toFixed(1)} s)`)
  say('')
  say(`  Web chat   ${url}/c/${config.association}`)
  say(`  Desk       ${url}/desk`)
  if (telegram.bots.length > 0)
    say(`  Telegram   ${telegram.bots.map(({ name, association }) => `bot ${name} of ${association}`).join(', ')} (${telegram.delivery})`)
  if (firstStaff) say(`  Sign-in    ${firstStaff.email}  ${firstStaff.password ?? `(password: see ${firstStaff.file})`}`)
  if (config.nodeEnv !== 'production')
    say('  Note       sample values stand in for what the association has not filled in (never with NODE_ENV=production)')
  say('')
  say('  Ctrl-C stops. Logs follow.')
  say('')
}

/** For whoever reads the logs of many processes: no password in it, those are kept. */
const lineOf = ({ url, took, firstStaff }: Running, { role, association }: Config): string => {
  const began = `Sila ${role} is running at ${url} (${(took / 1000).toFixed(1)} s)`
  if (firstStaff === null) return `${began}: /health, /ready and /metrics.`
  const made = firstStaff.password === null ? '' : ` The first sign-in is in ${firstStaff.file}.`
  return `${began}: web chat /c/${association}, desk /desk.${made}`
}
