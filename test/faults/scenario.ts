/** What a fault scenario is, and what every one of them must end with. */
import type { Ledger } from './support/check-ledger.ts'

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
  demand(
    ledger.visibleDuplicates <= crashes + lostAnswers,
    `${ledger.visibleDuplicates} messages seen twice after ${crashes} crashes and ${lostAnswers} lost answers`,
  )
  return wrong
}
