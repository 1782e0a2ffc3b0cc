/** F6–F10: what the channel does wrong: twice, out of order, too much, not at all, and without telling. */
import { inWorld, type Scenario } from '../scenario.ts'
import { strandedOf, walkCrowd } from '../support/crowd.ts'
import type { World } from '../support/world.ts'

interface Trouble {
  name: string
  covers: readonly string[]
  about: string
  /** Sets it up. @returns how many answers were lost after acceptance, asked at the end */
  make(world: World): () => number
}

const none = () => 0

const troubles: readonly Trouble[] = [
  {
    name: 'everything twice',
    covers: ['F6'],
    about: 'Each update is delivered again after it was confirmed.',
    make: ({ bot }) => {
      bot.faults.duplicate(1)
      return none
    },
  },
  {
    name: 'out of order',
    covers: ['F7'],
    about: 'A quarter of the updates come after the one behind them.',
    make: ({ bot }) => {
      bot.faults.reorder(0.25)
      return none
    },
  },
  {
    name: 'too many requests',
    covers: ['F8'],
    about: 'A fifth of the sends get 429 with a time to wait.',
    make: ({ bot }) => {
      bot.faults.add({ method: ['sendMessage', 'sendPhoto'], fault: { kind: 'answer', status: 429, retryAfter: 1 }, probability: 0.2 })
      return none
    },
  },
  {
    name: 'errors before acceptance',
    covers: ['F9'],
    about: 'Sends are answered with 500, or a proxy says 502 in HTML, or the connection drops; nothing was accepted.',
    make: ({ bot }) => {
      bot.faults.add({ method: 'sendMessage', fault: { kind: 'answer', status: 502, body: '<html>502</html>' }, probability: 0.03 })
      bot.faults.add({ method: 'sendMessage', fault: { kind: 'drop' }, probability: 0.03 })
      return none
    },
  },
  {
    name: 'errors after acceptance',
    covers: ['F9'],
    about: 'The message is in the chat, and the answer is a 500 or a dropped connection.',
    make: ({ bot }) => {
      const rules = [
        bot.faults.add({ method: 'sendMessage', fault: { kind: 'answer', status: 500, accepted: true }, probability: 0.03 }),
        bot.faults.add({ method: 'sendMessage', fault: { kind: 'drop', accepted: true }, probability: 0.03 }),
      ]
      return () => rules.reduce((sum, rule) => sum + rule.hits(), 0)
    },
  },
]

const toScenario = ({ name, covers, about, make }: Trouble): Scenario => ({
  name,
  covers,
  about,
  run: (size) =>
    inWorld({}, async (world) => {
      const lost = make(world)
      const people = size === 'full' ? 60 : 10
      const walks = await walkCrowd({ bot: world.bot, from: 1001, people, together: 10, patience: 10_000, limit: 600_000 })
      await world.settle()
      const silences = walks.reduce((sum, walk) => sum + walk.silences, 0)
      return { lostAnswers: lost(), notes: { people, silences }, broken: strandedOf(walks) }
    }),
})

export const channelScenarios: readonly Scenario[] = troubles.map(toScenario)
