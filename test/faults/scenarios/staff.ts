/** F18, F19: staff take conversations over while the bot is answering, and two of them at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inWorld, type Scenario } from '../scenario.ts'
import type { TakeOver } from '../support/check-ledger.ts'
import { startCrowd, strandedOf } from '../support/crowd.ts'
import { addStaff } from '../support/staff.ts'

const words = 'معك سارة من الجمعية، كيف أساعدك؟'

export const takeOverScenario: Scenario = {
  name: 'staff take over at any moment',
  covers: ['F18'],
  about:
    'At random moments of their forms people are taken over through the desk, written to, and handed back; the bot is silent in between.',
  run: (size) =>
    inWorld({ processes: ['all', 'all'], delivery: 'webhook' }, async (world) => {
      const { bot } = world
      // Sends take a moment, so that there is something on its way when staff come.
      bot.faults.add({ method: 'sendMessage', fault: { kind: 'delay', ms: 30 } })
      const people = size === 'full' ? 60 : 8
      const officers = await Promise.all([0, 1].map((index) => world.officer(index)))
      const crowd = startCrowd({ bot, from: 1001, people, together: 8, patience: 90_000, limit: 300_000 })
      const takeOvers: TakeOver[] = []
      const unheard: number[] = []
      const serve = async (chat: number, index: number): Promise<void> => {
        const officer = officers[index % 2]
        const person = bot.person(chat)
        await person.waitFor((shown) => shown.some(({ text }) => text.includes('سؤال ١ من')), 60_000)
        await sleep(Math.random() * 1_500)
        const path = `/conversations/${await world.conversationOf(chat)}`
        await officer?.post(`${path}/take`)
        const from = performance.timeOrigin + performance.now()
        // The person goes on writing; nobody but staff answers.
        person.says('عندي سؤال')
        await sleep(700)
        await officer?.post(`${path}/reply`, { text: words })
        await person.waitFor((shown) => shown.some(({ text }) => text.includes(words)), 15_000).catch(() => unheard.push(chat))
        const until = performance.timeOrigin + performance.now()
        await officer?.post(`${path}/release`)
        takeOvers.push({ chat, from, until })
      }
      const serving = Array.from({ length: people }, (_, index) => serve(1001 + index, index))
      const results = await Promise.allSettled(serving)
      const walks = await crowd.finished
      const failed = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
      const often = walks.filter(
        ({ chat }) =>
          bot
            .person(chat)
            .messages()
            .filter(({ text }) => text.includes(words)).length > 1,
      )
      return {
        takeOvers,
        notes: { people, 'take-overs': takeOvers.length },
        broken: [
          ...strandedOf(walks),
          ...failed,
          ...(unheard.length > 0 ? [`words of staff did not arrive in chats ${unheard.join(', ')}`] : []),
          ...(often.length > 0 ? [`words of staff came twice in chats ${often.map(({ chat }) => chat).join(', ')}`] : []),
        ],
      }
    }),
}

export const twoOfficersScenario: Scenario = {
  name: 'two officers take one conversation',
  covers: ['F19'],
  about:
    'Two members of staff, at two processes, take the same conversation at the same moment: one owns it, the other is told so with 409.',
  run: (size) =>
    inWorld({ processes: ['all', 'all'] }, async (world) => {
      const { bot } = world
      const [first, second] = [await world.officer(0), await world.officer(1, await addStaff(world, 'huda'))]
      const people = size === 'full' ? 30 : 6
      const broken: string[] = []
      for (let chat = 9_001; chat < 9_001 + people; chat += 1) {
        const person = bot.person(chat)
        person.says('السلام عليكم')
        await person.waitFor(1, 15_000)
        const path = `/conversations/${await world.conversationOf(chat)}/take`
        const results = await Promise.allSettled([first.post(path), second.post(path)])
        const refusals = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
        if (refusals.length !== 1) broken.push(`chat ${chat}: ${2 - refusals.length} of two officers own it`)
        for (const refusal of refusals) if (!/: 409 .*already-owned/.test(refusal)) broken.push(`chat ${chat}: ${refusal}`)
      }
      const owners = await world.query<{ n: number; epoch: number }>(
        `select count(*)::int as n, c.epoch from handover h join conversation c on c.id = h.conversation_id
         where h.kind = 'taken' group by c.id, c.epoch`,
      )
      if (owners.length !== people || owners.some(({ n }) => n !== 1)) broken.push(`owners in the ledger: ${JSON.stringify(owners)}`)
      return { applied: () => false, notes: { people }, broken }
    }),
}
