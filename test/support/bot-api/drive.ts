/** Plays many chats at once, as a load: each says its next line once the one before was answered. */
import type { BotSide } from './server.ts'

/** `replies`: how many messages of the bot answer it; 1 when left out. */
export type Line = ({ says: string } | { starts: string } | { presses: string }) & { replies?: number }

export interface DriveOptions {
  chats: number
  script: readonly Line[]
  /** How many chats talk at the same time. */
  concurrency: number
  /** Ids of the people; counted up from 1 when left out. */
  firstChat?: number
  /** A line without its answer for so long is given up, and its chat with it. */
  stallMs?: number
}

/** Milliseconds. */
interface Spread {
  count: number
  mean: number
  p50: number
  p90: number
  p99: number
  max: number
}

export interface DriveReport {
  completed: number
  /** Chats that were given up. */
  stalled: number
  lines: number
  seconds: number
  linesPerSecond: number
  /** From the line to its (last) answer. */
  reply: Spread
  /** From the line to its update's confirmation: offset or 2xx. */
  acknowledgement: Spread
}

interface Talk {
  chat: number
  line: number
  /** Answers that are still to come. */
  owed: number
  at: number
}

export const drive = (bot: BotSide, options: DriveOptions): Promise<DriveReport> =>
  new Promise((resolve) => {
    const { chats, script, concurrency, firstChat = 1, stallMs = 30_000 } = options
    const talks = new Map<number, Talk>()
    const latencies: number[] = []
    const firstUpdate = bot.updates().length
    const begun = performance.now()
    let started = 0
    let completed = 0
    let stalled = 0

    const begin = (): void => {
      if (started === chats) return end()
      const talk = { chat: firstChat + started++, line: 0, owed: 0, at: 0 }
      talks.set(talk.chat, talk)
      say(talk)
    }

    const say = (talk: Talk): void => {
      const line = script[talk.line]
      if (!line) {
        completed++
        talks.delete(talk.chat)
        return begin()
      }
      talk.owed = line.replies ?? 1
      talk.at = performance.now()
      const person = bot.person(talk.chat)
      if ('says' in line) person.says(line.says)
      else if ('starts' in line) person.starts(line.starts)
      else person.presses(line.presses)
    }

    const stop = bot.onSent((chat) => {
      const talk = talks.get(chat)
      if (!talk || --talk.owed !== 0) return
      latencies.push(performance.now() - talk.at)
      talk.line++
      // The answer to the bot's call goes out before the person goes on.
      setImmediate(say, talk)
    })

    const watch = setInterval(() => {
      const limit = performance.now() - stallMs
      for (const talk of talks.values()) {
        if (talk.owed <= 0 || talk.at > limit) continue
        stalled++
        talks.delete(talk.chat)
        begin()
      }
    }, 250)

    const end = (): void => {
      if (talks.size > 0) return
      stop()
      clearInterval(watch)
      const seconds = (performance.now() - begun) / 1000
      // The last offsets come with the next poll.
      setTimeout(() => {
        const confirmed = bot
          .updates()
          .slice(firstUpdate)
          .flatMap(({ at, confirmedAt }) => (confirmedAt === null ? [] : [confirmedAt - at]))
        const lines = latencies.length
        resolve({
          completed,
          stalled,
          lines,
          seconds,
          linesPerSecond: lines / seconds,
          reply: toSpread(latencies),
          acknowledgement: toSpread(confirmed),
        })
      }, 50)
    }

    for (let i = 0; i < Math.min(concurrency, chats); i++) begin()
  })

const toSpread = (samples: number[]): Spread => {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length)
  return { count: sorted.length, mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sorted.at(-1) ?? 0 }
}
