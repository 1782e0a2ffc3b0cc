/** F8–F10: one chat is slowed down, calls hang, and what Telegram refuses. */
import { inWorld, type Scenario } from '../scenario.ts'
import { quantile, startCrowd, strandedOf, walkCrowd } from '../support/crowd.ts'
import type { World } from '../support/world.ts'

const send = ['sendMessage', 'sendPhoto']

/** Milliseconds since the epoch at which calls that send came in for this chat. */
const callsTo = ({ botApi }: World, chat: number): number[] =>
  botApi
    .log()
    .flatMap((entry) => (entry.chat === chat && entry.method.startsWith('send') && entry.method !== 'sendChatAction' ? [entry.at] : []))

const slowedChat: Scenario = {
  name: 'one chat is told to wait',
  covers: ['F8'],
  about: '429 with a retry_after of 30 s (fast: 5 s) in one chat: it waits so long, the others do not, and nothing counts as failed.',
  run: (size) =>
    inWorld({}, async (world) => {
      const seconds = size === 'full' ? 30 : 5
      const slow = 1001
      const rule = world.bot.faults.add({
        method: send,
        chat: slow,
        after: 2,
        count: 1,
        fault: { kind: 'answer', status: 429, retryAfter: seconds },
      })
      const walks = await walkCrowd({
        bot: world.bot,
        from: slow,
        people: size === 'full' ? 40 : 12,
        together: 12,
        patience: 90_000,
        limit: 300_000,
      })
      const others = walks.filter(({ chat }) => chat !== slow).flatMap(({ waits }) => waits)
      const waited = Math.max(...(walks.find(({ chat }) => chat === slow)?.waits ?? [0]))
      const [counted] = await world.query<{ n: number }>('select count(*)::int as n from outbox where failures > 0')
      const slowest = Math.max(...others)
      return {
        notes: { people: walks.length, 'waited, ms': Math.round(waited), 'slowest of the others, ms': Math.round(slowest) },
        broken: [
          ...strandedOf(walks),
          ...(rule.hits() === 0 ? ['nobody was told to wait: the run says nothing'] : []),
          ...(waited < seconds * 1000 ? [`the chat waited ${waited} ms only`] : []),
          ...(slowest >= (seconds * 1000) / 2 ? [`another chat waited ${slowest} ms`] : []),
          ...(counted?.n ? [`${counted.n} messages count as failed`] : []),
        ],
      }
    }),
}

const hanging: Scenario = {
  name: 'calls hang',
  covers: ['F9'],
  about: 'Three calls get no answer at all, before or after Telegram has accepted the message; the adapter gives up after 15 s.',
  run: () =>
    inWorld({}, async ({ bot }) => {
      const lost = bot.faults.add({ method: 'sendMessage', chat: 1001, after: 3, count: 1, fault: { kind: 'hang', accepted: true } })
      const unheard = [1002, 1003].map((chat) =>
        bot.faults.add({ method: 'sendMessage', chat, after: 4, count: 1, fault: { kind: 'hang' } }),
      )
      const walks = await walkCrowd({ bot, from: 1001, people: 8, together: 8, patience: 25_000, limit: 300_000 })
      const hits = lost.hits() + unheard.reduce((sum, rule) => sum + rule.hits(), 0)
      const waits = walks.filter(({ chat }) => chat > 1003).flatMap((walk) => walk.waits)
      return {
        lostAnswers: lost.hits(),
        notes: {
          people: walks.length,
          'calls that hung': hits,
          'slowest of the others, ms': Math.round(Math.max(...waits)),
        },
        broken: [...strandedOf(walks), ...(hits < 3 ? ['not every call hung: the run says nothing'] : [])],
      }
    }),
}

const cannotParse = {
  kind: 'answer',
  status: 400,
  description: "Bad Request: can't parse entities: Can't find end tag corresponding to start tag b",
} as const

const refusing: Scenario = {
  name: 'what Telegram refuses',
  covers: ['F10'],
  about: 'HTML it cannot read goes out as plain text; who has blocked the bot, or is not found, is not tried again until they write.',
  run: (size) =>
    inWorld({}, async (world) => {
      const { bot } = world
      const people = size === 'full' ? 40 : 8
      // Twice in each chat, and never the call right after: that one is the plain text.
      const unreadable = Array.from({ length: people }, (_, index) =>
        [2, 6].map((after) => bot.faults.add({ method: 'sendMessage', chat: 1001 + index, after, count: 1, fault: cannotParse })),
      ).flat()
      const crowd = startCrowd({ bot, from: 1001, people, together: 8, patience: 30_000, limit: 300_000 })
      // Two write and are gone before the answer: one has blocked the bot, the other's chat is not found.
      const [blocker, stranger] = [bot.person(9_001), bot.person(9_002)]
      const notFound = bot.faults.add({
        method: send,
        chat: 9_002,
        fault: { kind: 'answer', status: 400, description: 'Bad Request: chat not found' },
      })
      blocker.says('السلام عليكم')
      blocker.blocks()
      stranger.says('السلام عليكم')
      const walks = await crowd.finished
      await world.settle()
      const calls = [9_001, 9_002].map((chat) => callsTo(world, chat).length)
      const gone = await world.query('select 1 from address where unreachable_at is not null')
      // Both come back, and are answered.
      notFound.remove()
      for (const person of [blocker, stranger]) person.says('السلام عليكم')
      const back = await Promise.all(
        [blocker, stranger].map((person) =>
          person.waitFor(1, 15_000).then(
            () => [],
            () => [`chat ${person.id} came back and got no answer`],
          ),
        ),
      )
      return {
        applied: (chat) => chat < 9_001,
        notes: {
          people: walks.length,
          'unreadable at first': unreadable.reduce((sum, rule) => sum + rule.hits(), 0),
          'tries at those who are gone': calls.reduce((sum, n) => sum + n, 0),
          'answer p95, ms': Math.round(
            quantile(
              walks.flatMap(({ waits }) => waits),
              0.95,
            ),
          ),
        },
        broken: [
          ...strandedOf(walks),
          ...back.flat(),
          ...(calls.some((n) => n > 3) ? [`a storm of tries at somebody who is gone: ${calls.join(' and ')}`] : []),
          ...(gone.length < 2 ? [`${gone.length} of 2 addresses are known as unreachable`] : []),
        ],
      }
    }),
}

export const refusalScenarios: readonly Scenario[] = [slowedChat, hanging, refusing]
