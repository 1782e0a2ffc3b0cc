/** F25: far more people than usual, and one who never stops. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inWorld, type Scenario } from '../scenario.ts'
import { quantile } from '../support/crowd.ts'

const perSecond = 50
const flooderPerSecond = 20
/** Milliseconds from the message to the answer, for all but the flooder. */
const mostP95 = 5_000

export const burstScenario: Scenario = {
  name: 'fifty messages a second',
  covers: ['F25'],
  about:
    'Fifty new people write every second, for a minute (fast: 5 s; the matrix asks for ten), beside one who writes twenty times a second. The pace of the bot is raised: Telegram allows thirty answers a second.',
  run: (size) =>
    inWorld({ processes: ['all', 'all'] }, async ({ bot, settle }) => {
      const seconds = size === 'full' ? 60 : 5
      const flooder = bot.person(9_001)
      const asked: { chat: number; at: number }[] = []
      const began = performance.now()
      for (let second = 0; second < seconds; second += 1) {
        for (let n = 0; n < perSecond; n += 1) {
          // By the clock, not by counting pauses: a loop that is late catches up.
          await sleep(Math.max(0, began + ((second * perSecond + n) * 1_000) / perSecond - performance.now()))
          const chat = 10_000 + second * perSecond + n
          asked.push({ chat, at: performance.timeOrigin + performance.now() })
          bot.person(chat).says('السلام عليكم')
          if (n % (perSecond / 10) === 0) for (let m = 0; m < flooderPerSecond / 10; m += 1) flooder.says('رد علي')
        }
      }
      const rate = asked.length / ((performance.now() - began) / 1_000)
      await settle()
      const waits = asked.map(({ chat, at }) => (bot.person(chat).messages()[0]?.at ?? Number.POSITIVE_INFINITY) - at)
      const silent = waits.filter((ms) => !Number.isFinite(ms)).length
      const p95 = quantile(waits, 0.95)
      return {
        applied: () => false,
        notes: {
          people: asked.length,
          'written a second': Math.round(rate),
          'answer p50, ms': Math.round(quantile(waits, 0.5)),
          'answer p95, ms': Math.round(p95),
          'to the flooder': flooder.messages().length,
        },
        broken: [
          ...(silent > 0 ? [`${silent} people got no answer`] : []),
          ...(p95 >= mostP95 ? [`answer p95 ${Math.round(p95)} ms`] : []),
          ...(rate < perSecond * 0.9 ? [`only ${Math.round(rate)} messages a second were written: the run says little`] : []),
        ],
      }
    }),
}
