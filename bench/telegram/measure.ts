/** Plays lines to a bot and says how fast it answered and what that cost. */
import type { DriveReport, Line } from '../../test/support/bot-api/drive.ts'
import { supportAnswers } from '../../test/support/support-answers.ts'
import { postgresCpu, processCpu, processMemory } from '../turns/cpu.ts'
import { median } from '../turns/measure.ts'
import type { Running, System } from './systems.ts'

/** Twelve lines of somebody new, from the first word to the question for the paper. */
const script: readonly Line[] = supportAnswers.map((says) => ({ says }))
/** What stands in the last answer of ours: all twelve were understood. */
const ninthQuestion = /سؤال ٩/

export interface Figures {
  turnsPerSecond: number
  /** Milliseconds from the line to its answer in the chat. */
  p50: number
  p90: number
  p99: number
  /** Milliseconds from the line to its confirmation. */
  acknowledged: number
  /** Microseconds of CPU per turn. */
  bot: number | null
  postgres: number | null
  /** Megabytes. */
  memory: number | null
}

export interface Load {
  chats: number
  concurrency: number
}

/** Nobody is played twice: ids of people go on counting. */
const nextChat = new Map<Running, number>()

export const measure = async (system: System, running: Running, postmaster: number, { chats, concurrency }: Load): Promise<Figures> => {
  const firstChat = nextChat.get(running) ?? 1001
  nextChat.set(running, firstChat + chats)
  const before = { bot: processCpu(running.pid), postgres: postgresCpu(postmaster) }
  const report = await running.api.control('drive', { token: running.token, chats, script, concurrency, firstChat })
  const after = { bot: processCpu(running.pid), postgres: postgresCpu(postmaster) }
  await expectWhole(system, running, report, chats, firstChat)
  const perTurn = (from: number | null, to: number | null) => (from === null || to === null ? null : (to - from) / report.lines)
  return {
    turnsPerSecond: report.linesPerSecond,
    p50: report.reply.p50,
    p90: report.reply.p90,
    p99: report.reply.p99,
    acknowledged: report.acknowledgement.p99,
    bot: perTurn(before.bot, after.bot),
    postgres: perTurn(before.postgres, after.postgres),
    memory: processMemory(running.pid),
  }
}

/** @throws when a line was not answered, or the dialogue is not where it should be */
const expectWhole = async (system: System, running: Running, report: DriveReport, chats: number, firstChat: number): Promise<void> => {
  if (report.stalled > 0 || report.completed !== chats)
    throw new Error(`${system.name}, ${system.delivery}: ${report.stalled} of ${chats} chats stalled`)
  if (system.kind !== 'sila') return
  const { messages } = await running.api.control('messages', { token: running.token, person: firstChat + chats - 1 })
  const last = messages.at(-1)?.text ?? ''
  if (messages.length !== script.length || !ninthQuestion.test(last))
    throw new Error(`the dialogue went elsewhere after ${messages.length} answers`)
}

const medianOf = (runs: readonly Figures[], pick: (run: Figures) => number | null): number | null => {
  const values = runs.map(pick).filter((value) => value !== null)
  return values.length === runs.length ? median(values) : null
}

export const medians = (runs: readonly Figures[]): Figures => ({
  turnsPerSecond: median(runs.map((run) => run.turnsPerSecond)),
  p50: median(runs.map((run) => run.p50)),
  p90: median(runs.map((run) => run.p90)),
  p99: median(runs.map((run) => run.p99)),
  acknowledged: median(runs.map((run) => run.acknowledged)),
  bot: medianOf(runs, (run) => run.bot),
  postgres: medianOf(runs, (run) => run.postgres),
  memory: medianOf(runs, (run) => run.memory),
})
