/** F13: the machine's clock jumps. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inWorld, type Scenario } from '../scenario.ts'
import { startCrowd, strandedOf } from '../support/crowd.ts'

const hour = 3_600_000
const day = 24 * hour
/** Bells, sweeps and what they cause, ms. */
const settledMs = 7_000
const reminder = /طلبك محفوظ عند السؤال/

/** @returns how far it is to ten in the morning in Riyadh, so many days from now: nobody is reminded at night */
const toMorning = (days: number): number => {
  const riyadh = Date.now() + 3 * hour
  return Math.floor(riyadh / day) * day + days * day + 10 * hour - riyadh
}

export const clockScenario: Scenario = {
  name: 'the clock jumps',
  covers: ['F13'],
  about: 'An hour and a day forward and back while people are answered; four days forward, back and forward again: one reminder each.',
  run: (size) =>
    inWorld({ processes: ['all', 'all'], shiftable: true }, async ({ bot, shiftClock }) => {
      // They stop in the middle of the form, and are reminded of it after three days.
      const sleepers = startCrowd({ bot, from: 9_001, people: 3, together: 3, patience: 60_000, limit: 60_000, upTo: /سؤال ٣ من/ })
      await sleepers.finished
      const crowd = startCrowd({ bot, from: 1001, together: 6, patience: 60_000, limit: 300_000 })
      for (let round = 0; round < (size === 'full' ? 3 : 1); round += 1) {
        for (const shift of [hour, -hour, day, -day, 0]) {
          shiftClock(shift)
          await sleep(1_500)
        }
      }
      crowd.stop()
      const walks = await crowd.finished
      const reminders: number[][] = []
      for (const shift of [toMorning(4), -day, toMorning(5), 0, toMorning(6)]) {
        shiftClock(shift)
        await sleep(settledMs)
        reminders.push(
          sleepers.walks.map(
            ({ chat }) =>
              bot
                .person(chat)
                .messages()
                .filter(({ text }) => reminder.test(text)).length,
          ),
        )
      }
      const waits = walks.flatMap((walk) => walk.waits)
      const slowest = Math.round(Math.max(...waits))
      return {
        applied: (chat) => chat < 9_001,
        notes: { people: walks.length + 3, 'slowest answer, ms': slowest, reminders: (reminders.at(-1) ?? []).join('+') },
        broken: [
          ...strandedOf(walks),
          ...(reminders[0]?.every((n) => n === 1) ? [] : [`reminders after the first jump: ${reminders[0]?.join(', ')}`]),
          ...(reminders.at(-1)?.every((n) => n === 1) ? [] : [`reminders at the end: ${reminders.at(-1)?.join(', ')}`]),
          ...(slowest > 10_000 ? [`an answer took ${slowest} ms`] : []),
        ],
      }
    }),
}
