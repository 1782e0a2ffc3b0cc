/** What a fault scenario is, and what every one of them must end with. */
import type { Ledger } from './support/check-ledger.ts'
import { createWorld, type LedgerOptions, type World, type WorldOptions } from './support/world.ts'

export interface Outcome {
  ledger: Ledger
  /** Processes killed with SIGKILL. */
  crashes: number
  /** Answers of the channel that were lost on purpose after it had accepted the message. */
  lostAnswers: number
  /** What is worth knowing besides, for the report. */
  notes: Record<string, number | string>
  /** What must hold here besides the promises of every run; empty when it held. */
  broken: string[]
}

export interface Scenario {
  name: string
  /** Numbers of the fault matrix that it covers. */
  covers: readonly string[]
  about: string
  /** @param size `fast` in `npm test`, `full` in `npm run faults` */
  run(size: Size): Promise<Outcome>
}

export type Size = 'fast' | 'full'

/** @returns one line for each promise that was broken; the promises of every run */
export const judge = ({ ledger, crashes, lostAnswers, broken }: Outcome): string[] => {
  const wrong = [...broken]
  const demand = (holds: boolean, line: string): void => {
    if (!holds) wrong.push(line)
  }
  demand(ledger.inbound > 0, 'nobody wrote: the run says nothing')
  demand(ledger.inboundLost.length === 0, `inbound lost or without a disposition: ${ledger.inboundLost.length}`)
  demand(ledger.inboundUnknown.length === 0, `inbound that nobody sent: ${ledger.inboundUnknown.length}`)
  demand(ledger.requestsWrong.length === 0, `requests lost or doubled: ${ledger.requestsWrong.join('; ')}`)
  demand(ledger.orderBroken.length === 0, `order broken in chats ${ledger.orderBroken.join(', ')}`)
  demand(ledger.phantoms === 0, `marked as sent and never seen: ${ledger.phantoms}`)
  demand(ledger.turnsBroken === 0, `conversations whose turns do not add up: ${ledger.turnsBroken}`)
  demand(ledger.unsent === 0, `messages never sent: ${ledger.unsent}`)
  demand(ledger.spokeOver.length === 0, `the bot spoke after a take-over in chats ${ledger.spokeOver.join(', ')}`)
  demand(
    ledger.visibleDuplicates <= crashes + lostAnswers,
    `${ledger.visibleDuplicates} messages seen twice after ${crashes} crashes and ${lostAnswers} lost answers`,
  )
  return wrong
}

/** What a scenario says beside the ledger. */
export interface Findings extends LedgerOptions {
  lostAnswers?: number
  notes?: Outcome['notes']
  broken?: string[]
}

/** A world of its own for `act`; when that is over and everything has settled, the ledger is read. */
export const inWorld = async (options: WorldOptions, act: (world: World) => Promise<Findings>): Promise<Outcome> => {
  const world = await createWorld(options)
  try {
    const { lostAnswers = 0, notes = {}, broken = [], ...ledgerOptions } = await act(world)
    await world.settle()
    const outcome: Outcome = { ledger: await world.ledger(ledgerOptions), crashes: world.processes.crashes, lostAnswers, notes, broken }
    if (judge(outcome).length > 0 && process.env.FAULTS_OUTPUT) console.error(world.processes.output())
    return outcome
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\nThe processes said:\n${world.processes.output()}`, { cause: error })
  } finally {
    await world.close()
  }
}
