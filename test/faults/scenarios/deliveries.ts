/** F2, F6, F17: deliveries whose answer is lost, which come five times at once, and to two processes together. */
import { inWorld, type Scenario } from '../scenario.ts'
import { startCrowd, strandedOf, walkCrowd } from '../support/crowd.ts'

const two = { processes: ['all', 'all'], delivery: 'webhook' } as const
const peopleOf = { fast: 4, full: 60 } as const

const lostAnswers: Scenario = {
  name: 'the answer to a delivery is lost',
  covers: ['F2'],
  about: 'A third of the deliveries are stored, and the connection breaks before the 200 arrives: they come again.',
  run: (size) =>
    inWorld(two, async ({ bot, front }) => {
      front.loseAnswers(0.34)
      const people = peopleOf[size]
      const walks = await walkCrowd({ bot, from: 1001, people, together: 8, patience: 30_000, limit: 300_000 })
      return {
        notes: { people, 'answers to deliveries lost': front.lost },
        broken: [...strandedOf(walks), ...(front.lost === 0 ? ['no answer was lost: the run says nothing'] : [])],
      }
    }),
}

const fiveTimes: Scenario = {
  name: 'each delivery five times at once',
  covers: ['F6'],
  about: 'Two processes get the same delivery five times in parallel.',
  run: (size) =>
    inWorld(two, async ({ bot, front }) => {
      front.multiply(5)
      const people = peopleOf[size]
      const walks = await walkCrowd({ bot, from: 1001, people, together: 8, patience: 30_000, limit: 300_000 })
      return { notes: { people }, broken: strandedOf(walks) }
    }),
}

const twoWorkers: Scenario = {
  name: 'two processes on one conversation',
  covers: ['F17'],
  about: 'Deliveries of a chat go to two processes in turn; people press and write at the same moment, and write in bursts.',
  run: (size) =>
    inWorld(two, async ({ bot, front }) => {
      front.loseAnswers(0.05)
      const people = peopleOf[size]
      const crowd = startCrowd({ bot, from: 1001, people, together: 8, patience: 30_000, limit: 300_000, chatty: true })
      // Some only greet, in bursts of messages and from far away.
      const hasty = [9_001, 9_002, 9_003].map((id) => bot.person(id))
      for (const person of hasty) for (const word of ['السلام عليكم', 'كيف الحال', 'متى تفتحون؟', 'وين موقعكم؟']) person.says(word)
      const walks = await crowd.finished
      return {
        applied: (chat) => chat < 9_001,
        notes: { people: people + hasty.length },
        broken: [
          ...strandedOf(walks),
          ...hasty.flatMap(({ id, messages }) => (messages().length === 0 ? [`chat ${id} got no answer`] : [])),
        ],
      }
    }),
}

export const deliveryScenarios: readonly Scenario[] = [lostAnswers, fiveTimes, twoWorkers]
