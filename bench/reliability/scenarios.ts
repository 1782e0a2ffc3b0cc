/** What is done to each bot, and what is looked at afterwards. Cells are observations: rows, and what the person saw. */
import type { Person } from '../../test/support/bot-api/server.ts'
import type { Install } from './install.ts'

export interface Scenario {
  id: string
  about: string
  /** @param chat nobody has talked in it before */
  run(install: Install, chat: number): Promise<string>
}

/** An answer takes milliseconds, a restart some seconds: what has not come by then is not coming. */
const patienceMs = 10_000
/** After which nothing more is expected. */
const quietMs = 3_000
/** Until what was answered is stored and acknowledged as well. */
const idleMs = 500

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** @returns how many messages came within the time; does not wait longer than for `more` of them */
const heard = async (person: Person, before: number, more: number, ms = patienceMs): Promise<number> => {
  await person.waitFor((shown) => shown.length >= before + more, ms).catch(() => undefined)
  return person.messages().length - before
}

/** Writes the lines one by one, each after the answer to the one before. */
const walk = async (person: Person, lines: readonly string[]): Promise<void> => {
  for (const line of lines) {
    const before = person.messages().length
    person.says(line)
    if ((await heard(person, before, 1)) === 0) throw new Error(`no answer to «${line}» before anything was broken`)
  }
}

const untilHit = async (hits: () => number): Promise<void> => {
  const end = Date.now() + patienceMs
  while (hits() === 0) {
    if (Date.now() > end) throw new Error('the place was never reached')
    await sleep(5)
  }
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
const rows = async (install: Install, chat: number): Promise<string> => count(await install.requests(chat), 'request', 'requests')
const told = (person: Person, from: number): string => {
  const after = person.messages().slice(from)
  const confirmations = after.filter(({ text }) => /MSK-\d+|تم استلام طلبك/.test(text)).length
  return `confirmed ${confirmations}×`
}
const upTo = (install: Install): readonly string[] => install.script.slice(0, install.middle)
const line = (install: Install, at: number): string => install.script[at] ?? ''
const last = (install: Install): string => install.script.at(-1) ?? ''

/** Somebody in the middle of the dialogue, of whom everything is stored. */
const inTheMiddle = async (install: Install, chat: number): Promise<Person> => {
  const person = install.bot.person(chat)
  await walk(person, upTo(install))
  await sleep(idleMs)
  return person
}

/** What the line in the middle brings when nothing is broken: the question after it. */
const nextQuestion = async (install: Install, chat: number): Promise<string> => {
  const person = install.bot.person(chat)
  await walk(person, [...upTo(install), line(install, install.middle)])
  return person.messages().at(-1)?.text ?? ''
}

const resumes: Scenario = {
  id: 'K1',
  about: 'killed while idle in the middle of the dialogue; the person answers',
  async run(install, chat) {
    const next = await nextQuestion(install, chat + 1)
    const person = await inTheMiddle(install, chat)
    await install.kill()
    const before = person.messages().length
    person.says(line(install, install.middle))
    if ((await heard(person, before, 1)) === 0) return 'no answer'
    return person.messages().at(-1)?.text === next ? 'the next question' : 'another answer'
  },
}

/** Breaks the bot at the last confirmation, and counts what came of it. */
const atConfirmation = async (install: Install, chat: number, place: (chat: number) => { reached: Promise<void>; clear(): void }) => {
  const person = install.bot.person(chat)
  await install.requests(chat)
  await walk(person, install.script.slice(0, -1))
  const before = person.messages().length
  const { reached, clear } = place(chat)
  person.says(last(install))
  await reached
  await install.kill()
  clear()
  await heard(person, before, 2)
  await sleep(quietMs)
  return `${await rows(install, chat)}; ${told(person, before)}`
}

const killedAtReply: Scenario = {
  id: 'K2',
  about: 'killed when the confirmation has reached Telegram and the bot does not know',
  run: (install, chat) =>
    atConfirmation(install, chat, () => {
      const rule = install.bot.faults.add({ method: 'sendMessage', chat, count: 1, fault: { kind: 'hang', accepted: true } })
      return { reached: untilHit(rule.hits), clear: rule.remove }
    }),
}

const outage: Scenario = {
  id: 'K3',
  about: 'PostgreSQL away for a second while the person answers; the person writes again afterwards',
  async run(install, chat) {
    const next = await nextQuestion(install, chat + 1)
    const person = await inTheMiddle(install, chat)
    const before = person.messages().length
    const away = install.restartDatabase(1_000)
    await sleep(300)
    person.says(line(install, install.middle))
    await away
    const came = await heard(person, before, 1)
    const first = came === 0 ? 'answer lost' : person.messages().at(-1)?.text === next ? 'answered when it was back' : 'another answer'
    const then = person.messages().length
    person.says(line(install, came === 0 ? install.middle : install.middle + 1))
    const afterwards = (await heard(person, then, 1)) === 0 ? 'has no answer either' : 'is answered'
    const other = install.bot.person(chat + 2)
    other.says(line(install, 0))
    const others = (await heard(other, 0, 1)) === 0 ? 'somebody else has no answer' : 'somebody else is answered'
    return `${first}; the next message ${afterwards}; ${others}`
  },
}

const doubleYes: Scenario = {
  id: 'K4',
  about: 'the last «yes» written twice in a row',
  async run(install, chat) {
    const person = install.bot.person(chat)
    await install.requests(chat)
    await walk(person, install.script.slice(0, -1))
    const before = person.messages().length
    install.bot.faults.pause()
    person.says(last(install))
    person.says(last(install))
    install.bot.faults.resume()
    await heard(person, before, 2)
    await sleep(quietMs)
    return `${await rows(install, chat)}; ${told(person, before)}`
  },
}

const deliveredTwice: Scenario = {
  id: 'K5',
  about: 'an answer in the middle delivered twice with the same number',
  async run(install, chat) {
    const person = await inTheMiddle(install, chat)
    const before = person.messages().length
    install.bot.faults.duplicate(1)
    person.says(line(install, install.middle))
    await heard(person, before, 2, quietMs)
    // What was confirmed comes again with the next call.
    await sleep(quietMs)
    install.bot.faults.duplicate(0)
    const after = person.messages().length - before
    return after === 1 ? 'answered once' : `answered ${after} times`
  },
}

const killedAtRow: Scenario = {
  id: 'K6',
  about: 'killed when the request stands in the database and the bot does not know',
  run: (install, chat) =>
    atConfirmation(install, chat, () => {
      let clear = (): void => {}
      const reached = new Promise<void>((resolve) => {
        let stands = false
        clear = install.proxy.watch(({ statement, phase }) => {
          // The process that comes after it passes.
          if (stands || statement !== install.filing || phase !== 'answered') return
          stands = true
          resolve()
          // For ever: the connection goes with the process.
          return new Promise(() => {})
        })
      })
      return { reached, clear: () => clear() }
    }),
}

/** The outage last: who does not come back from it answers nothing more. */
export const scenarios: readonly Scenario[] = [resumes, killedAtReply, doubleYes, deliveredTwice, killedAtRow, outage]
