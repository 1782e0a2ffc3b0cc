/** Many conversations at once through the whole program, and Telegram's limits on sending kept. `npm run bench -- volume` plays a thousand. */
import { expect, test } from 'vitest'
import { judge } from '../../faults/scenario.ts'
import { playVolume } from '../../faults/support/volume.ts'
import { createWorld } from '../../faults/support/world.ts'
import { busiest } from '../../support/busiest.ts'

const people = Number(process.env.SILA_TEST_PEOPLE ?? 50)

test('each of many conversations ends with its request, in order, nothing twice, though updates come twice and late', {
  // The ledger is waited for: what is missing in it is told, not cut off.
  timeout: 180_000 + people * 300,
}, async () => {
  const { walks, ledger, repeated } = await playVolume({ people, limit: 40_000 + people * 300 })
  expect(walks.filter(({ reference }) => reference === null)).toEqual([])
  expect(new Set(walks.map(({ reference }) => reference)).size).toBe(people)
  // Nobody had to write twice.
  expect(walks.filter(({ silences }) => silences > 0)).toEqual([])
  expect(judge({ ledger, crashes: 0, lostAnswers: 0, notes: {}, broken: [] })).toEqual([])
  expect(ledger.visibleDuplicates).toBe(0)
  expect(repeated).toBeGreaterThan(people)
  expect(walks.every(({ sent }) => sent >= 12)).toBe(true)
})

test('thirty a second for the bot and one a second in a chat: used up, and never exceeded', { timeout: 120_000 }, async () => {
  // Bursts are answered line by line, so that there is something to hold back.
  const world = await createWorld({ ownPace: true, env: { SILA_BURST_TEXT_MS: '0' } })
  try {
    const { bot } = world
    // What thirty a second with a burst of thirty, and one a second with a burst of three, may bring in a second; some for the way there.
    bot.limit({ global: { count: 64, windowMs: 1_000 }, chat: { count: 4, windowMs: 1_000 } })
    const chats = Array.from({ length: 60 }, (_, n) => 2001 + n)
    const lines = 5
    for (let line = 0; line < lines; line += 1) for (const chat of chats) bot.person(chat).says(line === 0 ? 'السلام عليكم' : 'وين طلبي')
    const sentTo = (chat: number | null) =>
      world.botApi.log().flatMap((entry) => (entry.method === 'sendMessage' && (chat === null || entry.chat === chat) ? [entry.at] : []))
    await world.settle(80_000)
    const all = sentTo(null)
    expect(all.length).toBe(chats.length * lines)
    expect(bot.violations()).toEqual([])
    // However long one looks: a full bucket, and what came into it meanwhile; a little for the way from the permit to the server.
    for (const each of [1, 2, 3, 5]) expect(busiest(all, each * 1_000)).toBeLessThanOrEqual((30 + 30 * each) * 1.07)
    const seconds = ((all.at(-1) ?? 0) - (all[0] ?? 0)) / 1000
    expect(seconds).toBeGreaterThan((all.length - 30) / 30 - 0.2)
    // Four in the first second at most, and then one each.
    for (const chat of chats) {
      const own = sentTo(chat)
      expect(own).toHaveLength(lines)
      expect((own[3] ?? 0) - (own[0] ?? 0)).toBeGreaterThan(900)
      expect((own[4] ?? 0) - (own[0] ?? 0)).toBeGreaterThan(1_900)
      expect(busiest(own, 1_000)).toBeLessThanOrEqual(4)
    }
  } finally {
    await world.close()
  }
})
