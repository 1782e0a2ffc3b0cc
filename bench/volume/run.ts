/** A thousand conversations at once, over a channel that repeats and reorders; then the ledger is read. */
import { judge } from '../../test/faults/scenario.ts'
import { disorder, playVolume } from '../../test/faults/support/volume.ts'
import { median, quantile } from '../turns/measure.ts'

export const benchVolume = async ({ quick }: { quick: boolean }): Promise<void> => {
  const people = quick ? 100 : 1000
  const { walks, ledger, repeated, seconds } = await playVolume({ people, limit: 900_000 })
  const wrong = judge({ ledger, crashes: 0, lostAnswers: 0, notes: {}, broken: [] })
  const written = walks.reduce((sum, walk) => sum + walk.sent, 0)
  const lengths = walks.map(({ sent }) => sent).sort((a, b) => a - b)
  console.log(
    `${people} people at once, one process; ${disorder.duplicated * 100} % of the updates twice, ${disorder.reordered * 100} % late`,
  )
  console.log(
    `  written             ${written} messages, ${quantile(lengths, 0)} to ${lengths.at(-1)} a conversation (median ${median(lengths)})`,
  )
  console.log(`  delivered again     ${repeated} updates`)
  console.log(`  stored              ${ledger.inbound}, lost ${ledger.inboundLost.length}, unknown ${ledger.inboundUnknown.length}`)
  console.log(
    `  requests            ${walks.filter(({ reference }) => reference !== null).length} told, wrong ${ledger.requestsWrong.length}`,
  )
  console.log(
    `  sent                ${ledger.outbound}, twice ${ledger.visibleDuplicates}, out of order in ${ledger.orderBroken.length} chats, unsent ${ledger.unsent}`,
  )
  console.log(`  wrote again         ${walks.reduce((sum, walk) => sum + walk.silences, 0)} times, after 30 s without an answer`)
  console.log(`  took                ${seconds.toFixed(0)} s, ${(written / seconds).toFixed(0)} messages/s`)
  for (const line of wrong) console.log(`  ✗ ${line}`)
  if (wrong.length > 0) process.exitCode = 1
}
