/** F14: a conversation that cannot be read any more. */
import { inWorld, type Scenario } from '../scenario.ts'
import { quantile, startCrowd, strandedOf } from '../support/crowd.ts'

/** Three tries, one with each sweep. */
const patienceMs = 60_000

export const poisonScenario: Scenario = {
  name: 'a conversation that cannot be read',
  covers: ['F14'],
  about: "Somebody's state is overwritten in the middle of the form: their messages go to staff after three tries, nobody else notices.",
  run: (size) =>
    inWorld({ processes: ['all', 'all'] }, async (world) => {
      const { bot, query } = world
      const victims = startCrowd({ bot, from: 9_001, people: 2, together: 2, patience: 60_000, limit: 60_000, upTo: /سؤال ٣ من/ })
      await victims.finished
      const crowd = startCrowd({ bot, from: 1001, together: 6, patience: 60_000, limit: 300_000 })
      const conversations = await Promise.all(victims.walks.map(({ chat }) => world.conversationOf(chat)))
      const told = victims.walks.map(({ chat }) => bot.person(chat).messages().length)
      // Its length stays, and so does its first byte: it looks like a state and does not open.
      await query(`update conversation set state = overlay(state placing '\\x00112233445566'::bytea from 30) where id = any($1)`, [
        conversations,
      ])
      // What they remember of it is whole: it is the next process that finds it.
      for (const index of [0, 1]) {
        await world.processes.stop(index)
        await world.processes.start(index)
      }
      for (const { chat } of victims.walks) {
        bot.person(chat).says('0500000001')
        bot.person(chat).says('هل وصلكم رقمي؟')
      }
      const since = performance.now()
      let waiting: { id: string; waiting_reason: string | null; undecided: number }[] = []
      const isDone = (): boolean =>
        waiting.length === 2 && waiting.every(({ waiting_reason, undecided }) => waiting_reason === 'failed' && undecided === 0)
      while (!isDone() && performance.now() - since < patienceMs) {
        await new Promise((resolve) => setTimeout(resolve, 500))
        waiting = await query(
          `select c.id, c.waiting_reason, (select count(*)::int from inbox i where i.conversation_id = c.id and i.state = 'waiting') as undecided
           from conversation c where c.id = any($1)`,
          [conversations],
        )
      }
      const took = Math.round(performance.now() - since)
      // And what they write then is kept as well, and is staff's.
      for (const { chat } of victims.walks) bot.person(chat).says('ألو؟')
      if (size === 'full') await new Promise((resolve) => setTimeout(resolve, 20_000))
      crowd.stop()
      const walks = await crowd.finished
      const said = victims.walks.flatMap(({ chat }, index) => (bot.person(chat).messages().length > (told[index] ?? 0) ? [chat] : []))
      const waits = walks.flatMap((walk) => walk.waits)
      return {
        applied: (chat) => chat < 9_001,
        notes: {
          people: walks.length + 2,
          'with staff after, ms': took,
          'answer p95 of the others, ms': Math.round(quantile(waits, 0.95)),
        },
        broken: [
          ...strandedOf(walks),
          ...(isDone() ? [] : [`not with staff after ${took} ms: ${JSON.stringify(waiting)}`]),
          ...(said.length > 0 ? [`something was said to ${said.join(', ')}, whose conversation nobody can read`] : []),
        ],
      }
    }),
}
